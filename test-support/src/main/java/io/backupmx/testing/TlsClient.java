package io.backupmx.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** A client that says what it is told to, in the clear or not, and believes every certificate. */
public final class TlsClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Socket plain;
    private Socket socket; // plain, or around it
    private BufferedReader in;
    private @Nullable SSLSocket tls;
    private @Nullable X509Certificate certificate;

    public TlsClient(int port) throws IOException {
        plain = new Socket(Ports.loopback(), port);
        plain.setSoTimeout((int) PATIENCE.toMillis());
        socket = plain;
        in = reader(plain);
    }

    private static BufferedReader reader(Socket of) throws IOException {
        return new BufferedReader(new InputStreamReader(of.getInputStream(), StandardCharsets.ISO_8859_1));
    }

    private void use(Socket now) throws IOException {
        socket = now;
        in = reader(now);
    }

    /** In one write. */
    public void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** The lines of the next reply; none when the server has closed. */
    public List<String> reply() throws IOException {
        List<String> lines = new ArrayList<>();
        String line;
        while ((line = in.readLine()) != null) {
            lines.add(line);
            if (line.length() < 4 || line.charAt(3) != '-') {
                break;
            }
        }
        return lines;
    }

    /** The last line of what is answered to one command. */
    public String say(String command) throws IOException {
        write(command + "\r\n");
        return reply().getLast();
    }

    /** What the connection agreed on. Octets of the handshake cannot be among those that were read as replies. */
    public String startTls(String... versions) throws IOException, GeneralSecurityException {
        return handshake(new TrustManager[] {new Credulous()}, versions);
    }

    /** As a client that wants to see a certificate of somebody it knows. */
    public void startTlsDistrustingly() throws IOException, GeneralSecurityException {
        var _ = handshake(null, "TLSv1.3");
    }

    /** As {@link #startTls}, asking for the certificate of {@code host}. */
    public String startTlsWith(String host) throws IOException, GeneralSecurityException {
        return handshake(new TrustManager[] {new Credulous()}, host, new String[0]);
    }

    private String handshake(TrustManager @Nullable [] trusted, String... versions)
            throws IOException, GeneralSecurityException {
        return handshake(trusted, "mx2.example.net", versions);
    }

    private String handshake(TrustManager @Nullable [] trusted, String host, String[] versions)
            throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trusted, null);
        SSLSocket begun = (SSLSocket) context.getSocketFactory().createSocket(plain, host, 25, false);
        begun.setEnabledProtocols(versions.length == 0 ? new String[] {"TLSv1.3", "TLSv1.2"} : versions);
        begun.startHandshake();
        use(begun);
        tls = begun;
        certificate = (X509Certificate) begun.getSession().getPeerCertificates()[0];
        return begun.getSession().getProtocol();
    }

    /** Has both sides change their keys (TLS 1.3, RFC 8446 §4.6.3), or asks for a handshake anew (TLS 1.2). Reads nothing. */
    public void changeKeys() throws IOException {
        begun().startHandshake();
    }

    /** TLS's goodbye, and goes on listening; the connection stays as it is. */
    public void sayGoodbye() throws IOException {
        begun().shutdownOutput();
    }

    /** Closes its direction of the connection, without a goodbye, and goes on listening. */
    public void closeOutput() throws IOException {
        plain.shutdownOutput();
    }

    private SSLSocket begun() {
        if (tls == null) {
            throw new AssertionError("no TLS");
        }
        return tls;
    }

    /** Who the server said it is; its subject. */
    public String serverName() {
        if (certificate == null) {
            throw new AssertionError("no TLS");
        }
        return certificate.getSubjectX500Principal().getName();
    }

    /** Up to the 220 that a handshake may follow. */
    public static TlsClient atStartTls(int port) throws IOException {
        TlsClient client = new TlsClient(port);
        client.reply();
        client.say("EHLO client.example");
        client.say("STARTTLS");
        return client;
    }

    @Override
    public void close() throws IOException {
        plain.close();
    }

    private static final class Credulous implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
