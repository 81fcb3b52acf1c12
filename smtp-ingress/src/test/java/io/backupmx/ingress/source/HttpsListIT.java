package io.backupmx.ingress.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.testing.ListServer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.PfxOptions;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list says whom we refuse: nobody but its server may say it. */
final class HttpsListIT {

    private static final String PASSWORD = "changeit";
    private static final String ONE = "a@a.test\n";

    @TempDir
    private static Path keys;

    private static ListServer server;

    @TempDir
    private Path directory;

    private Lists lists;
    private Warnings warnings;

    @BeforeAll
    static void certificateForLocalhost() throws Exception {
        Path store = keys.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(keys.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(loaded, PASSWORD.toCharArray());
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("it", loaded.getCertificate("mykey"));
        try (OutputStream out = Files.newOutputStream(keys.resolve("trust.p12"))) {
            trusted.store(out, PASSWORD.toCharArray());
        }
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(managers.getKeyManagers(), null, null);
        server = ListServer.https(tls);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        lists = new Lists(directory);
        warnings = new Warnings();
        server.asked().clear();
        server.has(ONE, "\"1\"");
    }

    @AfterEach
    void close() throws Exception {
        warnings.close();
        lists.close();
    }

    @Test
    void aTrustedServerOfTheRightNameIsBelieved() throws Exception {
        assertThat(refreshed(lists.trusting(itsCertificate()), server.url("localhost", "/"))
                        .size())
                .isEqualTo(1);
    }

    @Test
    void anUnknownCertificateIsNot() throws Exception {
        assertThat(refreshed(lists, server.url("localhost", "/")).size()).isZero();
        assertThat(warnings.problems()).singleElement().asString().contains("certification path");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void aCertificateOfAnotherNameIsNot() throws Exception {
        HttpClientOptions careless = itsCertificate().setVerifyHost(false);

        assertThat(refreshed(lists.trusting(careless), server.url("127.0.0.1", "/"))
                        .size())
                .isZero();
        assertThat(warnings.problems()).singleElement().asString().startsWith("no connection");
        assertThat(server.asked()).isEmpty();
    }

    @Test
    void nobodyIsLedFromHttpsToHttp() throws Exception {
        try (ListServer plain = ListServer.http()) {
            plain.has(ONE, "\"1\"");
            server.redirects(plain.url("/"));

            assertThat(refreshed(lists.trusting(itsCertificate()), server.url("localhost", "/"))
                            .size())
                    .isZero();
            assertThat(warnings.problems()).singleElement().asString().contains("redirects from https to http,");
            assertThat(plain.asked()).isEmpty();
        }
    }

    @Test
    void theOtherWayRoundIsWell() throws Exception {
        try (ListServer plain = ListServer.http()) {
            plain.redirects(server.url("localhost", "/moved"));

            assertThat(refreshed(lists.trusting(itsCertificate()), plain.url("/"))
                            .size())
                    .isEqualTo(1);
        }
    }

    private static HttpListLookup refreshed(Lists lists, String url) throws InterruptedException {
        HttpListLookup lookup = lists.of(url);
        lookup.refresh();
        return lookup;
    }

    private static HttpClientOptions itsCertificate() {
        return new HttpClientOptions()
                .setTrustOptions(new PfxOptions()
                        .setPath(keys.resolve("trust.p12").toString())
                        .setPassword(PASSWORD));
    }
}
