package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.PostgreSql;
import io.backupmx.testing.SystemTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Recipients from a real PostgreSQL. */
@SystemTest
class PostgreSqlLookupIT extends SqlLookupContract {

    PostgreSqlLookupIT() {
        super(PostgreSql.create(), "jdbc:postgresql://127.0.0.1:%d/postgres", PostgreSql.OWNER, PostgreSql.PASSWORD);
    }

    @Override
    String slowQuery() {
        return "SELECT pg_sleep(60) WHERE %s <> ''";
    }

    @Override
    String writingQuery() {
        return "INSERT INTO mailboxes VALUES (%s) RETURNING 1";
    }

    @Override
    List<String> roles() {
        return List.of("CREATE ROLE asker LOGIN SUPERUSER PASSWORD 'asker''s secret'");
    }

    @Override
    String runningQueries() {
        return "SELECT count(*) FROM pg_stat_activity WHERE usename = 'asker' AND state = 'active'";
    }

    /** As with an address that is pasted in; a parameter that is a text would not be. */
    @Test
    void citextStaysWithoutCase() throws SQLException {
        try (Connection connection = owner();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE EXTENSION citext");
            statement.execute("CREATE TABLE folded (address CITEXT)");
            statement.execute("INSERT INTO folded VALUES ('Bob@Example.org')");
        }
        assertThat(Answers.exists(lookup("SELECT 1 FROM folded WHERE address = %s"), "bob@example.org"))
                .isTrue();
    }
}
