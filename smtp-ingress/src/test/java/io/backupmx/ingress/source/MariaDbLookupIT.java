package io.backupmx.ingress.source;

import io.backupmx.testing.MariaDb;
import io.backupmx.testing.SystemTest;
import java.util.List;

/** Recipients from a real MariaDB. */
@SystemTest
class MariaDbLookupIT extends SqlLookupContract {

    MariaDbLookupIT() {
        super(MariaDb.create(), "jdbc:mariadb://127.0.0.1:%d/mysql", "root", "");
    }

    @Override
    String slowQuery() {
        return "SELECT BENCHMARK(1000000000000, sha2(%s, 512))"; // a sleep ends when its client leaves
    }

    @Override
    String writingQuery() {
        return "INSERT INTO mailboxes VALUES (%s) RETURNING 1";
    }

    @Override
    List<String> roles() {
        return List.of(
                "CREATE USER asker@localhost IDENTIFIED BY 'asker''s secret'",
                "GRANT ALL ON mysql.* TO asker@localhost");
    }

    @Override
    String runningQueries() {
        return "SELECT count(*) FROM information_schema.processlist WHERE user = 'asker' AND command <> 'Sleep'";
    }
}
