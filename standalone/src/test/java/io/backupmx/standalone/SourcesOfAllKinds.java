package io.backupmx.standalone;

import com.sun.net.httpserver.HttpExchange;
import io.backupmx.testing.ListServer;
import io.backupmx.testing.LoopbackServer;
import io.backupmx.testing.OpenLdap;
import io.backupmx.testing.PostgreSql;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A directory, a database and a web server that know the recipients of a domain each: {@code known-0} to {@code known-999}, and
 * nobody else. The web server has a list for each way in which it may go wrong, with a domain of its own.
 */
final class SourcesOfAllKinds implements AutoCloseable {

    static final String LDAP = "ldap.test";
    static final String SQL = "sql.test";

    /** Nobody asks anybody about its recipients. */
    static final String PLAIN = "plain.test";

    /** What the lists are called, by what becomes of them. */
    static final List<String> LISTS = List.of("error", "html", "long-line", "binary", "silent", "shrunk", "empty");

    /** A list that never was one. */
    static final String NEVER = "never";

    private static final int KNOWN = 1000;

    final LoopbackServer directory;
    final LoopbackServer database;
    private final ListServer web;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile boolean broken;
    private volatile String newcomer = "somebody";

    SourcesOfAllKinds() {
        directory = OpenLdap.create(entries());
        database = PostgreSql.create();
        try {
            directory.start();
            database.start();
            fillDatabase();
            web = ListServer.http();
            web.answers(this::answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String known(int n, String domain) {
        return "known-" + n + "@" + domain;
    }

    static String listDomain(String list) {
        return list + ".test";
    }

    private static String all(String prefix, String domain) {
        return IntStream.range(0, KNOWN)
                .mapToObj(n -> prefix + known(n, domain) + "\n")
                .collect(Collectors.joining());
    }

    private static String entries() {
        return """
                dn: cn=Everybody,dc=example,dc=org
                objectClass: inetOrgPerson
                cn: Everybody
                sn: Everybody
                """ + all("mail: ", LDAP);
    }

    private void fillDatabase() {
        try (Connection owner = DriverManager.getConnection(databaseUrl(), PostgreSql.OWNER, PostgreSql.PASSWORD);
                Statement statement = owner.createStatement()) {
            statement.execute("CREATE TABLE mailboxes (address TEXT)");
            statement.execute("INSERT INTO mailboxes SELECT 'known-' || n || '@" + SQL + "' FROM generate_series(0, "
                    + (KNOWN - 1) + ") AS n");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private String databaseUrl() {
        return "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres";
    }

    /** Writes the configuration of a backup that asks them; the file. */
    Path configure(Path in, int primaryPort) throws IOException {
        Files.writeString(in.resolve("asker"), OpenLdap.PASSWORD + "\n");
        Files.writeString(in.resolve("owner"), PostgreSql.PASSWORD + "\n");
        StringBuilder text = new StringBuilder("""
                domains:
                  plain.test: {primary: '127.0.0.1:%1$d', recipients: [known-0]}
                  ldap.test: {primary: '127.0.0.1:%1$d', recipient_sources: [directory]}
                  sql.test: {primary: '127.0.0.1:%1$d', recipient_sources: [database]}
                """.formatted(primaryPort));
        List<String> lists = IntStream.rangeClosed(0, LISTS.size())
                .mapToObj(i -> i < LISTS.size() ? LISTS.get(i) : NEVER)
                .toList();
        lists.forEach(list -> text.append("  %s: {primary: '127.0.0.1:%d', recipient_sources: [%s]}\n"
                .formatted(listDomain(list), primaryPort, list)));
        text.append("""
                ingress: {max_errors: 10000, max_connections_per_address: 1000, client_limits: {unknown_delay: 0s}}
                recipient_sources:
                  ldap:
                    directory:
                      url: ldap://127.0.0.1:%d
                      base: dc=example,dc=org
                      bind_dn: cn=asker,dc=example,dc=org
                      bind_password_file: asker
                      timeout: 1s
                  sql:
                    database:
                      url: %s
                      query: SELECT 1 FROM mailboxes WHERE address = '%%s'
                      user: %s
                      password_file: owner
                      timeout: 1s
                  http:
                """.formatted(directory.port(), databaseUrl(), PostgreSql.OWNER));
        lists.forEach(list ->
                text.append("    %s: {url: '%s', interval: 1s, timeout: 1s}\n".formatted(list, web.url("/" + list))));
        return Files.writeString(in.resolve("backupmx.yaml"), text);
    }

    /** From now on every list is what it is called. */
    void breakLists() {
        broken = true;
    }

    /** Undoes it; every list has {@code newcomer}, too. */
    void mendLists(String newcomer) {
        this.newcomer = newcomer;
        broken = false;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String list = exchange.getRequestURI().getPath().substring(1);
        String text = all("", listDomain(list)) + newcomer + "@" + listDomain(list) + "\n";
        switch (broken || list.equals(NEVER) ? list : "well") {
            case "html" -> ListServer.send(exchange, 200, "<!DOCTYPE html>\n<html><body>Sorry</body></html>\n");
            case "long-line" -> ListServer.send(exchange, 200, "x".repeat(5_000_000));
            case "binary" -> ListServer.send(exchange, 200, binary());
            case "silent" -> awaitEnd();
            case "shrunk" -> ListServer.send(exchange, 200, known(0, listDomain(list)) + "\n");
            case "empty" -> ListServer.send(exchange, 200, "");
            case "error", NEVER -> ListServer.send(exchange, 500, text);
            default -> ListServer.send(exchange, 200, text);
        }
    }

    private static byte[] binary() {
        byte[] octets = new byte[200_000];
        new Random(7).nextBytes(octets);
        return octets;
    }

    private void awaitEnd() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
        web.close();
        database.close();
        directory.close();
    }
}
