package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.config.LdapSourceConfig;
import io.backupmx.config.LdapSourceConfig.Tls;
import io.backupmx.ingress.recipient.RecipientLookup;
import io.backupmx.testing.LoopbackServer;
import io.backupmx.testing.OpenLdap;
import io.backupmx.testing.Ports;
import io.backupmx.testing.SystemTest;
import io.backupmx.testing.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recipients from a real OpenLDAP. */
@SystemTest
class LdapLookupIT {

    private static final String ENTRIES = """
            dn: ou=people,dc=example,dc=org
            objectClass: organizationalUnit
            ou: people

            dn: cn=Bob,ou=people,dc=example,dc=org
            objectClass: inetOrgPerson
            cn: Bob
            sn: Bob
            uid: bob
            mail: Bob@Example.org
            mail: robert@example.org

            dn: cn=Robert,ou=people,dc=example,dc=org
            objectClass: inetOrgPerson
            cn: Robert
            sn: Robert
            uid: j\u00fcrgen@example.org
            uid: o'hara*(x)\\y@example.org
            mail: robert@example.org

            dn: ou=branch,dc=example,dc=org
            objectClass: organizationalUnit
            ou: branch

            dn: cn=Carol,ou=branch,dc=example,dc=org
            objectClass: inetOrgPerson
            cn: Carol
            sn: Carol
            mail: carol@example.org

            dn: ou=elsewhere,ou=branch,dc=example,dc=org
            objectClass: referral
            objectClass: extensibleObject
            ou: elsewhere
            ref: ldap://127.0.0.1:1/ou=elsewhere,dc=example,dc=org
            """;

    private static final String BY_UID = "(uid=%s)";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(700);

    private static TestCertificate certificate;
    private static int tlsPort;
    private static LoopbackServer server;

    @TempDir
    private Path directory;

    private Path password;
    private Optional<RecipientLookup> opened = Optional.empty();

    @BeforeAll
    static void startServer() {
        certificate = TestCertificate.of("localhost");
        tlsPort = Ports.free();
        server = OpenLdap.create(ENTRIES, certificate, tlsPort).start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void writePassword() throws IOException {
        password = Files.writeString(directory.resolve("password"), OpenLdap.PASSWORD + "\nand a remark\n");
    }

    @AfterEach
    void closeLookup() {
        opened.ifPresent(RecipientLookup::close);
    }

    private static String plainUrl() {
        return "ldap://127.0.0.1:" + server.port();
    }

    private LdapSourceConfig config(String url, String base, Optional<String> filter, Tls tls, Duration timeout) {
        return new LdapSourceConfig(
                Optional.of(url),
                Optional.of(base),
                filter,
                Optional.of(OpenLdap.ASKER),
                Optional.of(password),
                Optional.of(tls),
                Optional.of(timeout));
    }

    private RecipientLookup lookup(LdapSourceConfig config, SSLContext trust) {
        closeLookup();
        RecipientLookup lookup =
                new LdapLookup("corp", config, new LdapConnections(new LdapServer(config, () -> trust)));
        opened = Optional.of(lookup);
        return lookup;
    }

    private RecipientLookup lookup(LdapSourceConfig config) {
        return lookup(config, certificate.trusted());
    }

    private RecipientLookup people(Duration timeout) {
        return lookup(config(plainUrl(), "ou=people,dc=example,dc=org", Optional.empty(), Tls.NONE, timeout));
    }

    private RecipientLookup people(String filter) {
        return lookup(config(plainUrl(), "ou=people,dc=example,dc=org", Optional.of(filter), Tls.NONE, TIMEOUT));
    }

    private RecipientLookup below(String base) {
        return lookup(config(plainUrl(), base, Optional.empty(), Tls.NONE, TIMEOUT));
    }

    private RecipientLookup over(String url, Tls tls) {
        return lookup(config(url, "ou=people,dc=example,dc=org", Optional.empty(), tls, TIMEOUT));
    }

    @Test
    void whoHasAnEntryExists() {
        RecipientLookup people = people(TIMEOUT);
        assertThat(Answers.exists(people, "bob@example.org"))
                .as("in whatever case")
                .isTrue();
        assertThat(Answers.exists(people, "robert@example.org")).as("twice").isTrue();
        assertThat(Answers.exists(people, "nobody@example.org")).isFalse();
        assertThat(Answers.exists(people, "carol@example.org")).as("elsewhere").isFalse();
        assertThat(Answers.exists(below("dc=example,dc=org"), "carol@example.org"))
                .as("in the subtree")
                .isTrue();
    }

    @Test
    void anAddressIsNoFilter() {
        RecipientLookup people = people("(|(mail=%s)(uid=%s))");
        for (String address : List.of(
                "*@example.org", "bo*@example.org", "a*)(mail=*@example.org", "*)(uid=*", "\\2a@example.org", "\0@x")) {
            assertThat(Answers.exists(people, address)).as(address).isFalse();
        }
        assertThat(Answers.exists(people, "o'hara*(x)\\y@example.org")).isTrue();
    }

    @Test
    void localPartsMayBeInAnyScript() {
        RecipientLookup people = people(BY_UID);
        assertThat(Answers.exists(people, "j\u00fcrgen@example.org")).isTrue();
        assertThat(Answers.exists(people, "jurgen@example.org")).isFalse();
        assertThat(Answers.exists(people(TIMEOUT), "j\u00fcrgen@example.org"))
                .as("in an attribute of ASCII")
                .isFalse();
    }

    @Test
    void filtersMayHaveThePartsOfAnAddress() {
        RecipientLookup people = people("(&(uid=%u)(mail=*@%d))");
        assertThat(Answers.exists(people, "bob@example.org")).isTrue();
        assertThat(Answers.exists(people, "bob@example.net")).isFalse();
        assertThat(Answers.exists(people, "robert@example.org")).isFalse();
    }

    @Test
    void aWrongFilterIsNoAnswer() {
        assertThat(Answers.failure(people("(mail=%s"), "bob@example.org"))
                .startsWith("recipient source corp: '(mail=bob@example.org' is no filter (RFC 4515): ");
        assertThat(Answers.failure(people("(mail=%x)"), "bob@example.org")).contains("%x in '(mail=%x)' is not one of");
    }

    @Test
    void aWrongBaseIsNoAnswer() {
        assertThat(Answers.failure(below("ou=poeple,dc=example,dc=org"), "bob@example.org"))
                .isEqualTo("recipient source corp: search below ou=poeple,dc=example,dc=org: 32 (no such object)");
    }

    @Test
    void whoMayNotSeeGetsNoAnswer() {
        LdapSourceConfig anonymous = new LdapSourceConfig(
                Optional.of(plainUrl()),
                Optional.of("dc=example,dc=org"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        assertThat(Answers.failure(lookup(anonymous), "bob@example.org")).contains("32 (no such object)");
    }

    @Test
    void referencesAreNotFollowed() {
        RecipientLookup branch = below("ou=branch,dc=example,dc=org");
        assertThat(Answers.exists(branch, "carol@example.org")).isTrue();
        assertThat(Answers.failure(branch, "nobody@example.org")).contains("refers to other directories");
    }

    @Test
    void aReferralIsNotFollowed() {
        RecipientLookup elsewhere = below("ou=elsewhere,ou=branch,dc=example,dc=org");
        assertThat(Answers.failure(elsewhere, "nobody@example.org")).contains("10 (referral)");
    }

    @Test
    void aPasswordIsReadForEachConnectionAndNeverTold() throws IOException {
        Files.writeString(password, "somebody else's");
        RecipientLookup people = people(TIMEOUT);
        assertThat(Answers.failure(people, "bob@example.org"))
                .isEqualTo("recipient source corp: bind as cn=asker,dc=example,dc=org: 49 (invalid credentials)");
        Files.writeString(password, "\n");
        assertThat(Answers.failure(people, "bob@example.org")).contains("the first line of " + password + " is empty");
        Files.delete(password);
        assertThat(Answers.failure(people, "bob@example.org")).contains("bind_password_file: " + password);
        Files.writeString(password, "asker's secret");
        assertThat(Answers.exists(people, "bob@example.org")).isTrue();
    }

    @Test
    void tlsIsWithTheServerOfTheName() {
        assertThat(Answers.exists(over("ldaps://localhost:" + tlsPort, Tls.NONE), "bob@example.org"))
                .isTrue();
        assertThat(Answers.exists(over("ldap://localhost:" + server.port(), Tls.STARTTLS), "bob@example.org"))
                .isTrue();
        assertThat(Answers.failure(over("ldaps://127.0.0.1:" + tlsPort, Tls.NONE), "bob@example.org"))
                .startsWith("recipient source corp: TLS with 127.0.0.1:" + tlsPort + ": No subject alternative names");
        assertThat(Answers.failure(over(plainUrl(), Tls.STARTTLS), "bob@example.org"))
                .startsWith("recipient source corp: TLS with 127.0.0.1:" + server.port() + ": No subject alternative");
    }

    @Test
    void tlsIsWithAServerThatTheJvmTrusts() {
        LdapSourceConfig config =
                config("ldaps://localhost:" + tlsPort, "dc=example,dc=org", Optional.empty(), Tls.NONE, TIMEOUT);
        RecipientLookup product = LdapLookup.of("corp", config);
        opened = Optional.of(product);
        assertThat(Answers.failure(product, "bob@example.org"))
                .contains("TLS with localhost:" + tlsPort, "certification path");
    }

    @Test
    void withoutTlsNothingIsAskedThatDemandsIt() {
        try (LoopbackServer plain = OpenLdap.create(ENTRIES).start()) {
            String url = "ldap://127.0.0.1:" + plain.port();
            assertThat(Answers.exists(over(url, Tls.NONE), "bob@example.org")).isTrue();
            assertThat(Answers.failure(over(url, Tls.STARTTLS), "bob@example.org"))
                    .contains("TLS with 127.0.0.1:" + plain.port());
        }
    }

    @Test
    void aServerMayGoAndComeAgain() {
        RecipientLookup people = people(TIMEOUT);
        assertThat(Answers.exists(people, "bob@example.org")).isTrue();
        server.stop();
        try {
            assertThat(Answers.failure(people, "bob@example.org"))
                    .isEqualTo("recipient source corp: cannot connect to 127.0.0.1:" + server.port()
                            + ": Connection refused");
        } finally {
            server.start();
        }
        assertThat(Answers.exists(people, "bob@example.org")).isTrue();
        server.stop();
        server.start();
        assertThat(Answers.exists(people, "bob@example.org"))
                .as("over a new connection in place of the one that was closed meanwhile")
                .isTrue();
    }

    @Test
    void aServerThatHangsCostsTheTimeoutAndNothingElse() {
        RecipientLookup people = people(SHORT);
        assertThat(Answers.exists(people, "bob@example.org")).isTrue();
        server.freeze();
        try {
            Answers.allFailInTime(people, SHORT, server.port());
            Answers.allFailInTime(people, SHORT, server.port());
        } finally {
            server.thaw();
        }
        assertThat(Answers.eventually(people, "bob@example.org")).isTrue();
        assertThat(Answers.eventually(people, "nobody@example.org")).isFalse();
    }

    /** Nobody answers the handshake. */
    @Test
    void aServerThatHangsInTlsIsNoOther() {
        RecipientLookup people = lookup(config(
                "ldaps://localhost:" + tlsPort, "ou=people,dc=example,dc=org", Optional.empty(), Tls.NONE, SHORT));
        server.freeze();
        try {
            Answers.allFailInTime(people, SHORT, tlsPort);
        } finally {
            server.thaw();
        }
        assertThat(Answers.eventually(people, "bob@example.org")).isTrue();
    }
}
