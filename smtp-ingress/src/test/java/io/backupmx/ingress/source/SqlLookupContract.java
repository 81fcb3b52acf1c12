package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.SqlSourceConfig;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.testing.LoopbackServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What holds of recipients from every database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SqlLookupContract {

    static final String BY_ADDRESS = "SELECT 1 FROM mailboxes WHERE address = %s";
    static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final LoopbackServer server;
    private final String url;
    private final String owner;
    private final String ownersPassword;

    @TempDir
    private Path directory;

    private Path password;
    private Optional<RecipientLookup> opened = Optional.empty();

    /** @param url with {@code %d} for the port */
    SqlLookupContract(LoopbackServer server, String url, String owner, String ownersPassword) {
        this.server = server;
        this.url = url.formatted(server.port());
        this.owner = owner;
        this.ownersPassword = ownersPassword;
    }

    /** A query that takes longer than {@link #SHORT}. */
    abstract String slowQuery();

    /** Adds the mailbox {@code forbidden@example.org}, and returns a row. */
    abstract String writingQuery();

    /** Makes the role {@code asker} with the password {@code asker's secret}, who may do everything. */
    abstract List<String> roles();

    /** How many queries of others run now. */
    abstract String runningQueries();

    @BeforeAll
    void startServer() throws SQLException {
        server.start();
        try (Connection connection = owner();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE mailboxes (address VARCHAR(200))");
            statement.execute("INSERT INTO mailboxes VALUES ('bob@example.org'), ('robert@example.org'),"
                    + " ('robert@example.org'), ('j\u00fcrgen@example.org'), ('o''hara%@example.org')");
            for (String role : roles()) {
                statement.execute(role);
            }
        }
    }

    @AfterAll
    void stopServer() {
        server.close();
    }

    @BeforeEach
    void writePassword() throws IOException {
        password = Files.writeString(directory.resolve("password"), "asker's secret\nand a remark\n");
    }

    @AfterEach
    void closeLookup() {
        opened.ifPresent(RecipientLookup::close);
    }

    Connection owner() throws SQLException {
        return DriverManager.getConnection(url, owner, ownersPassword);
    }

    RecipientLookup lookup(String query) {
        return lookup(query, TIMEOUT);
    }

    private RecipientLookup lookup(String query, Duration timeout) {
        closeLookup();
        RecipientLookup lookup = SqlLookup.of(
                "db",
                new SqlSourceConfig(
                        Optional.of(url),
                        Optional.of(query),
                        Optional.of("asker"),
                        Optional.of(password),
                        Optional.of(timeout)));
        opened = Optional.of(lookup);
        return lookup;
    }

    @Test
    void whoHasARowExists() {
        for (String query : List.of(BY_ADDRESS, "SELECT address FROM mailboxes WHERE address='%s'")) {
            RecipientLookup mailboxes = lookup(query);
            assertThat(Answers.exists(mailboxes, "bob@example.org")).isTrue();
            assertThat(Answers.exists(mailboxes, "robert@example.org"))
                    .as("two rows")
                    .isTrue();
            assertThat(Answers.exists(mailboxes, "nobody@example.org")).isFalse();
        }
    }

    @Test
    void anAddressIsNoPartOfAQuery() {
        RecipientLookup mailboxes = lookup("SELECT 1 FROM mailboxes WHERE address = '%s'");
        for (String address : List.of(
                "' OR ''='@example.org",
                "x'; DROP TABLE mailboxes; --@example.org",
                "\\' OR 1=1 -- @example.org",
                "\\@example.org",
                "?@example.org",
                "%s@example.org")) {
            assertThat(Answers.exists(mailboxes, address)).as(address).isFalse();
        }
        assertThat(Answers.exists(mailboxes, "o'hara%@example.org")).isTrue();
    }

    @Test
    void localPartsMayBeInAnyScript() {
        RecipientLookup mailboxes = lookup(BY_ADDRESS);
        assertThat(Answers.exists(mailboxes, "j\u00fcrgen@example.org")).isTrue();
        assertThat(Answers.exists(mailboxes, "j\u00f8rgen@example.org")).isFalse();
    }

    @Test
    void queriesMayHaveThePartsOfAnAddress() {
        RecipientLookup mailboxes =
                lookup("SELECT 1 FROM mailboxes WHERE address LIKE '%u@%%' AND %d = lower('example.ORG')");
        assertThat(Answers.exists(mailboxes, "bob@example.org")).isTrue();
        assertThat(Answers.exists(mailboxes, "bob@example.net")).isFalse();
        assertThat(Answers.exists(mailboxes, "rob@example.org")).isFalse();
    }

    @Test
    void caseIsTheQuerysBusiness() {
        RecipientLookup mailboxes = lookup("SELECT 1 FROM mailboxes WHERE upper(address) = upper(%s)");
        assertThat(Answers.exists(mailboxes, "BOB@example.org")).isTrue();
    }

    @Test
    void aWrongQueryIsNoAnswer() {
        assertThat(Answers.failure(lookup("SELECT 1 FROM mailboxen WHERE address = %s"), "bob@example.org"))
                .startsWith("recipient source db: ")
                .contains("mailboxen");
        assertThat(Answers.failure(lookup("SELECT %x"), "bob@example.org")).contains("%x in 'SELECT %x' is not one of");
    }

    @Test
    void nothingIsWritten() {
        assertThat(Answers.failure(lookup(writingQuery()), "forbidden@example.org"))
                .containsIgnoringCase("read");
        assertThat(Answers.exists(lookup(BY_ADDRESS), "forbidden@example.org")).isFalse();
    }

    @Test
    void aPasswordIsReadForEachConnectionAndNeverTold() throws IOException {
        Files.writeString(password, "somebody else's");
        RecipientLookup mailboxes = lookup(BY_ADDRESS, SHORT);
        assertThat(Answers.failure(mailboxes, "bob@example.org"))
                .startsWith("recipient source db: ")
                .contains("asker")
                .doesNotContain("somebody else's");
        Files.delete(password);
        assertThat(Answers.failure(mailboxes, "bob@example.org"))
                .isEqualTo("recipient source db: password_file: " + password + " does not exist");
        Files.writeString(password, "asker's secret");
        assertThat(Answers.eventually(mailboxes, "bob@example.org")).isTrue();
    }

    @Test
    void aServerMayGoAndComeAgain() {
        RecipientLookup mailboxes = lookup(BY_ADDRESS, SHORT);
        assertThat(Answers.exists(mailboxes, "bob@example.org")).isTrue();
        server.stop();
        try {
            Answers.failure(mailboxes, "bob@example.org"); // over a connection that was not used for an instant only
            assertThat(Answers.failure(mailboxes, "bob@example.org"))
                    .startsWith("recipient source db: ")
                    .containsIgnoringCase("refused");
        } finally {
            server.start();
        }
        assertThat(Answers.eventually(mailboxes, "bob@example.org")).isTrue();
    }

    @Test
    void aServerThatIsAwayAtFirstIsAskedWhenItComes() {
        server.stop();
        RecipientLookup mailboxes;
        try {
            mailboxes = lookup(BY_ADDRESS, SHORT);
            assertThat(Answers.failure(mailboxes, "bob@example.org")).containsIgnoringCase("refused");
        } finally {
            server.start();
        }
        assertThat(Answers.eventually(mailboxes, "bob@example.org")).isTrue();
    }

    @Test
    void aServerThatHangsCostsTheTimeoutAndNothingElse() {
        RecipientLookup mailboxes = lookup(BY_ADDRESS, SHORT);
        assertThat(Answers.exists(mailboxes, "bob@example.org")).isTrue();
        server.freeze();
        try {
            Answers.allFailInTime(mailboxes, SHORT, server.port());
            Answers.allFailInTime(mailboxes, SHORT, server.port());
        } finally {
            server.thaw();
        }
        assertThat(Answers.eventually(mailboxes, "bob@example.org")).isTrue();
        assertThat(Answers.eventually(mailboxes, "nobody@example.org")).isFalse();
    }

    @Test
    void aQueryThatTakesTooLongEndsAtTheServerToo() throws SQLException {
        RecipientLookup slow = lookup(slowQuery(), SHORT);
        Answers.failure(slow, "bob@example.org");
        try (Connection connection = owner();
                Statement statement = connection.createStatement()) {
            Answers.awaitNone(statement, runningQueries());
        }
    }
}
