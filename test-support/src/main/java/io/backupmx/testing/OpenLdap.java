package io.backupmx.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * OpenLDAP's slapd with the entries of an LDIF text below {@code dc=example,dc=org}, which nobody may read but
 * {@link #ASKER}; these two are there already.
 */
public final class OpenLdap {

    /** Who may read, and with which password. */
    public static final String ASKER = "cn=asker,dc=example,dc=org";

    public static final String PASSWORD = "asker's secret";

    private static final String PACKAGE = "slapd";

    private static final String ROOT = """
            dn: dc=example,dc=org
            objectClass: dcObject
            objectClass: organization
            dc: example
            o: Example

            dn: %s
            objectClass: applicationProcess
            objectClass: simpleSecurityObject
            cn: asker
            userPassword: %s

            """.formatted(ASKER, PASSWORD);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private OpenLdap() {}

    /**
     * Lays it out; it does not run yet.
     *
     * @param certificate with which it speaks TLS: on {@code tlsPort}, and by STARTTLS on the other one
     */
    public static LoopbackServer create(String ldif, TestCertificate certificate, int tlsPort) {
        return create(ldif, Optional.of(certificate), " ldaps://127.0.0.1:" + tlsPort + "/");
    }

    /** Lays out one that does not speak TLS. */
    public static LoopbackServer create(String ldif) {
        return create(ldif, Optional.empty(), "");
    }

    private static LoopbackServer create(String ldif, Optional<TestCertificate> certificate, String moreUrls) {
        Program slapd = Programs.require("slapd", PACKAGE);
        Path directory = LoopbackServer.newDirectory("slapd");
        Path configuration = directory.resolve("slapd.conf");
        Path entries = directory.resolve("entries.ldif");
        try {
            Files.createDirectory(directory.resolve("db"));
            Files.writeString(configuration, configuration(directory, certificate));
            Files.writeString(entries, ROOT + ldif);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Programs.require("slapadd", PACKAGE)
                .run(PATIENCE, "-q", "-f", configuration.toString(), "-l", entries.toString())
                .succeeded();
        int port = Ports.free();
        String urls = "ldap://127.0.0.1:" + port + "/" + moreUrls;
        return new LoopbackServer(
                directory, port, "TERM", slapd, List.of("-d", "none", "-h", urls, "-f", configuration.toString()));
    }

    private static String configuration(Path directory, Optional<TestCertificate> certificate) {
        String tls = certificate
                .map(with -> """
                        TLSCertificateFile %s
                        TLSCertificateKeyFile %s
                        """.formatted(
                                with.writeCertificate(directory.resolve("cert.pem")),
                                with.writeKey(directory.resolve("key.pem"))))
                .orElse("");
        return """
                include /etc/ldap/schema/core.schema
                include /etc/ldap/schema/cosine.schema
                include /etc/ldap/schema/inetorgperson.schema
                modulepath /usr/lib/ldap
                moduleload back_mdb
                %sdatabase mdb
                suffix dc=example,dc=org
                directory %s/db
                access to attrs=userPassword by anonymous auth
                access to * by dn.exact=cn=asker,dc=example,dc=org read by * none
                """.formatted(tls, directory);
    }
}
