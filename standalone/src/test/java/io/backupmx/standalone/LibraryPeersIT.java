package io.backupmx.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.icegreen.greenmail.configuration.GreenMailConfiguration;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.backupmx.testing.Ports;
import io.backupmx.testing.ReceivedMail;
import io.backupmx.testing.Script;
import io.backupmx.testing.ScriptedPrimary;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailAttachment;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.MailResult;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Senders and a primary of other people's making: vertx-mail-client and Jakarta Mail before us, GreenMail behind us. */
class LibraryPeersIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int PRIMARY = Ports.free();

    @TempDir
    private static Path directory;

    private static Instance instance;
    private static Vertx vertx;

    private final GreenMail primary = new GreenMail(new ServerSetup(PRIMARY, "127.0.0.1", ServerSetup.PROTOCOL_SMTP))
            .withConfiguration(GreenMailConfiguration.aConfig().withDisabledAuthentication());

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        instance = new Instance(directory.resolve("data"))
                .backingUp("example.test", PRIMARY)
                .set("domains.example.test.recipients=[alice, bob, j\u00fcrgen]")
                .started();
    }

    @AfterAll
    static void stop() throws Exception {
        instance.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void stopPrimary() {
        primary.stop();
    }

    @Test
    void mailsOfTheVertxClientWaitForGreenMail() throws Exception {
        byte[] attached = randomOctets(300_000);
        MailClient client = MailClient.create(vertx, config());
        List<Future<MailResult>> sending = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            sending.add(client.sendMail(new MailMessage()
                    .setFrom("Gr\u00fc\u00dfe <carol@client.example>")
                    .setTo(List.of("alice@example.test"))
                    .setCc(i % 2 == 0 ? List.of() : List.of("bob@example.test"))
                    .setSubject("number " + i + " \u20ac")
                    .setText(".\nA line\n..\nGr\u00fc\u00dfe\n")
                    .setHtml("<p>Gr\u00fc\u00dfe</p>")
                    .setAttachment(
                            i % 10 == 0
                                    ? List.of(MailAttachment.create()
                                            .setName("a.bin")
                                            .setData(Buffer.buffer(attached)))
                                    : List.of())));
        }
        await(Future.all(List.copyOf(sending)));
        await(client.close());
        assertThat(instance.queue()).hasSize(50);

        primary.start();

        MimeMessage[] messages = received(75);
        assertThat(subjects(messages)).hasSize(75).contains("number 0 \u20ac", "number 49 \u20ac");
        assertThat(Arrays.stream(messages).map(LibraryPeersIT::attachment).filter(octets -> octets.length > 0))
                .hasSize(5)
                .allSatisfy(octets -> assertThat(octets).isEqualTo(attached));
        instance.awaitEmptyQueue(SOON);
    }

    @Test
    void recipientsRefusedByUsAreKnownToTheVertxClient() throws Exception {
        MailClient client = MailClient.create(vertx, config().setAllowRcptErrors(true));

        MailResult result = await(client.sendMail(new MailMessage()
                .setFrom("carol@client.example")
                .setTo(List.of("alice@example.test", "nobody@example.test", "alice@elsewhere.test"))
                .setSubject("to one of three")
                .setText("x")));

        assertThat(result.getRecipients()).containsExactly("alice@example.test");
        await(client.close());
        primary.start();
        assertThat(subjects(received(1))).containsExactly("to one of three");
    }

    @Test
    void mailOfJakartaMailReachesGreenMailAsItWasWritten() throws Exception {
        primary.start();
        MimeMessage message = message("as written", "alice@example.test", "bob@example.test");
        MimeBodyPart text = new MimeBodyPart();
        text.setText(".\r\nGr\u00fc\u00dfe\r\n..\r\n", "ISO-8859-1");
        text.setHeader("Content-Transfer-Encoding", "8bit");
        MimeBodyPart attachment = new MimeBodyPart();
        attachment.setContent(randomOctets(2 << 20), "application/octet-stream");
        attachment.setFileName("a.bin");
        message.setContent(new MimeMultipart(text, attachment));
        message.saveChanges();

        Transport.send(message);

        for (MimeMessage received : received(2)) {
            assertThat(received.getHeader("Received"))
                    .as("GreenMail's and ours")
                    .hasSize(2);
            received.removeHeader("Received");
            received.removeHeader("Return-Path"); // RFC 5321 §4.4: the final delivery's
            byte[] sent = octets(message);
            byte[] kept = Arrays.copyOf(sent, sent.length - 2); // GreenMail drops the last line end
            assertThat(Arrays.mismatch(octets(received), kept)).isEqualTo(-1);
        }
    }

    @Test
    void jakartaMailHearsWhichRecipientsWeRefuse() throws Exception {
        MimeMessage message = message("to one of two", "bob@example.test", "nobody@example.test");
        message.setText("x");

        assertThatThrownBy(() -> Transport.send(message)).isInstanceOfSatisfying(SendFailedException.class, partly -> {
            assertThat(partly.getValidSentAddresses())
                    .extracting(Object::toString)
                    .containsExactly("bob@example.test");
            assertThat(partly.getInvalidAddresses())
                    .extracting(Object::toString)
                    .containsExactly("nobody@example.test");
        });

        primary.start();
        assertThat(subjects(received(1))).containsExactly("to one of two");
    }

    /** By BDAT, beyond ASCII, and with reports asked for: to a primary that is of our making, for GreenMail has none of it. */
    @Test
    void whatJakartaMailAsksForIsAskedOfThePrimary() throws Exception {
        MimeMessage message = message("Gr\u00fc\u00dfe", "j\u00fcrgen@example.test");
        message.setText(
                "x".repeat(70) + "\r\ny.\r\n".repeat(3000), "UTF-8"); // it stuffs dots, which BDAT does not want
        message.saveChanges();
        Properties properties = properties();
        properties.setProperty("mail.mime.allowutf8", "true");
        properties.setProperty("mail.smtp.chunksize", "1000");
        properties.setProperty("mail.smtp.dsn.notify", "SUCCESS,FAILURE");
        properties.setProperty("mail.smtp.dsn.ret", "HDRS");
        ByteArrayOutputStream spoken = new ByteArrayOutputStream();
        Session session = Session.getInstance(properties);
        session.setDebugOut(new PrintStream(spoken, true, StandardCharsets.UTF_8));
        session.setDebug(true);
        try (ScriptedPrimary scripted = ScriptedPrimary.on(PRIMARY)
                .play(Script.acceptAll().offering("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN"))) {
            scripted.start();
            MimeMessage utf8 = new MimeMessage(session, new ByteArrayInputStream(octets(message)));
            try (Transport transport = session.getTransport("smtp")) {
                transport.connect();
                transport.sendMessage(utf8, message.getAllRecipients());
            }
            ReceivedMail mail = scripted.awaitMails(1, SOON).getFirst();
            assertThat(spoken.toString(StandardCharsets.UTF_8)).contains("BDAT 1000", " LAST");
            assertThat(mail.recipients()).containsExactly("j\u00fcrgen@example.test");
            assertThat(mail.mail().parameters()).containsKey("SMTPUTF8").containsEntry("RET", "HDRS");
            assertThat(mail.recipientLines().getFirst().parameters()).containsEntry("NOTIFY", "SUCCESS,FAILURE");
            assertThat(scripted.violations()).isEmpty();
            assertThat(mail.text()).startsWith("Received: from ").contains(" with UTF8SMTP id ");
            assertThat(new String(mail.contentBelowTrace(), StandardCharsets.UTF_8))
                    .isEqualTo(new String(octets(utf8), StandardCharsets.UTF_8));
        }
    }

    /** As many as that, one for each recipient: all there are, once they are there. */
    private MimeMessage[] received(int count) {
        Instance.await(SOON, () -> assertThat(primary.getReceivedMessages()).hasSizeGreaterThanOrEqualTo(count));
        return primary.getReceivedMessages();
    }

    private static MailConfig config() {
        return new MailConfig("127.0.0.1", instance.smtpPort(), StartTLSOptions.DISABLED, LoginOption.DISABLED)
                .setOwnHostname("client.example");
    }

    private static Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", String.valueOf(instance.smtpPort()));
        properties.setProperty("mail.smtp.timeout", "20000");
        properties.setProperty("mail.smtp.allow8bitmime", "true");
        properties.setProperty("mail.smtp.sendpartial", "true");
        return properties;
    }

    private static MimeMessage message(String subject, String... recipients) throws MessagingException {
        MimeMessage message = new MimeMessage(Session.getInstance(properties()));
        message.setFrom(new InternetAddress("carol@client.example"));
        for (String recipient : recipients) {
            message.addRecipient(Message.RecipientType.TO, new InternetAddress(recipient));
        }
        message.setSubject(subject);
        return message;
    }

    private static byte[] randomOctets(int count) {
        byte[] octets = new byte[count];
        new SplittableRandom(count).nextBytes(octets);
        return octets;
    }

    private static List<String> subjects(MimeMessage[] messages) throws MessagingException {
        List<String> subjects = new ArrayList<>();
        for (MimeMessage message : messages) {
            subjects.add(message.getSubject());
        }
        return subjects;
    }

    /** What is attached; empty when nothing is. */
    private static byte[] attachment(MimeMessage message) {
        try {
            if (message.getContent() instanceof MimeMultipart parts
                    && parts.getBodyPart(parts.getCount() - 1) instanceof MimeBodyPart last
                    && "a.bin".equals(last.getFileName())) {
                return last.getInputStream().readAllBytes();
            }
            return new byte[0];
        } catch (IOException | MessagingException e) {
            throw new AssertionError("GreenMail has got nothing of sense", e);
        }
    }

    private static byte[] octets(MimeMessage message) throws IOException, MessagingException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        message.writeTo(octets);
        return octets.toByteArray();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(SOON.toMillis(), TimeUnit.MILLISECONDS);
    }
}
