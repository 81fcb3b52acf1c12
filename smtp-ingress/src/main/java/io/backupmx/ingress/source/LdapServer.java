package io.backupmx.ingress.source;

import com.unboundid.ldap.sdk.InternalSDKHelper;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import io.backupmx.config.LdapSourceConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The directory of a source, and how to get a connection to it that is protected and bound as configured. All of it happens on
 * the thread that asks for it, so that this one's interruption ends it: the library would shake hands on a thread of its own,
 * without end when the server says nothing.
 */
final class LdapServer {

    /** Of a name that has more addresses, which take turns in the directories that have such names. */
    private static final int MAX_ADDRESSES = 4;

    /** Whom to trust, found out when it is needed. */
    interface Trust {
        SSLContext context() throws SourceFailure;
    }

    private enum Protection {
        NONE,
        STARTTLS,
        LDAPS
    }

    private final LdapSourceConfig config;
    private final Trust trust;

    LdapServer(LdapSourceConfig config, Trust trust) {
        this.config = config;
        this.trust = trust;
    }

    /** A connection that can be asked. Blocks. */
    LDAPConnection connect() throws SourceFailure {
        URI url = URI.create(config.url().orElse(""));
        Protection protection = protection(url);
        String host = Optional.ofNullable(url.getHost()).orElse("").replaceAll("[\\[\\]]", "");
        int port = url.getPort() > 0 ? url.getPort() : protection == Protection.LDAPS ? 636 : 389;
        LDAPConnection connection = overSocket(reach(host, port), host, port);
        try {
            protect(connection, protection, host, port);
            bind(connection);
            return connection;
        } catch (SourceFailure | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Protection protection(URI url) {
        if (Optional.ofNullable(url.getScheme())
                .orElse("")
                .toLowerCase(Locale.ROOT)
                .equals("ldaps")) {
            return Protection.LDAPS;
        }
        return switch (config.tls().orElse(LdapSourceConfig.Tls.NONE)) {
            case NONE -> Protection.NONE;
            case STARTTLS -> Protection.STARTTLS;
        };
    }

    private Socket reach(String host, int port) throws SourceFailure {
        List<InetAddress> addresses = addresses(host);
        int patience = Math.max(1, timeoutMillis() / addresses.size());
        SourceFailure failure = new SourceFailure(host + " has no address");
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(address, port), patience);
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
                failure = new SourceFailure("cannot connect to " + host + ":" + port, e);
            }
        }
        throw failure;
    }

    private static List<InetAddress> addresses(String host) throws SourceFailure {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .limit(MAX_ADDRESSES)
                    .toList();
        } catch (UnknownHostException _) {
            throw new SourceFailure("host " + host + " is not known");
        }
    }

    private LDAPConnection overSocket(Socket socket, String host, int port) throws SourceFailure {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setUseSynchronousMode(true);
        options.setConnectTimeoutMillis(timeoutMillis());
        options.setResponseTimeoutMillis(timeoutMillis());
        options.setFollowReferrals(false);
        try {
            // By address, for the library would look for the name's address again.
            return new LDAPConnection(
                    new ConnectedSocket(socket),
                    options,
                    socket.getInetAddress().getHostAddress(),
                    port);
        } catch (LDAPException e) {
            closeQuietly(socket);
            throw new SourceFailure("cannot connect to " + host + ":" + port, e);
        }
    }

    private void protect(LDAPConnection connection, Protection protection, String host, int port) throws SourceFailure {
        try {
            switch (protection) {
                case NONE -> {}
                case LDAPS -> InternalSDKHelper.convertToTLS(connection, new NamedPeerTls(trust.context(), host));
                case STARTTLS ->
                    connection.processExtendedOperation(
                            new StartTLSExtendedRequest(new NamedPeerTls(trust.context(), host)));
            }
        } catch (LDAPException e) {
            throw new SourceFailure("TLS with " + host + ":" + port, e);
        }
    }

    private void bind(LDAPConnection connection) throws SourceFailure {
        if (config.bindDn().isEmpty()) {
            return;
        }
        String dn = config.bindDn().get();
        String password = new SecretFile(
                        "bind_password_file",
                        config.bindPasswordFile()
                                .orElseThrow(() -> new SourceFailure("bind_dn without bind_password_file")))
                .password();
        try {
            connection.bind(dn, password);
        } catch (LDAPException e) {
            throw new SourceFailure("bind as " + dn + ": " + said(e));
        }
    }

    /** What the directory, or the library in its stead, said. */
    static String said(LDAPException e) {
        ResultCode code = e.getResultCode();
        String text = Optional.ofNullable(e.getDiagnosticMessage())
                .or(() -> Optional.ofNullable(e.getMessage()).filter(_ -> code.isClientSideResultCode()))
                .orElse("");
        return code.intValue() + " (" + code.getName() + ")" + (text.isEmpty() ? "" : " " + text);
    }

    private int timeoutMillis() {
        return (int) config.timeoutOrDefault().toMillis();
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // it was never of use
        }
    }
}
