package io.backupmx.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The scripted primary, seen by a mail client that is not ours. */
class IndependentClientTest {

    @Test
    void takesMailFromJakartaMail() throws MessagingException {
        try (ScriptedPrimary primary = ScriptedPrimary.started()) {
            Properties properties = new Properties();
            properties.setProperty("mail.smtp.host", "127.0.0.1");
            properties.setProperty("mail.smtp.port", String.valueOf(primary.port()));
            properties.setProperty("mail.smtp.timeout", "5000");
            MimeMessage message = new MimeMessage(Session.getInstance(properties));
            message.setFrom(new InternetAddress("a@client.example"));
            message.setRecipient(Message.RecipientType.TO, new InternetAddress("alice@example.test"));
            message.setSubject("hello");
            message.setText(".\r\n.. two\r\nend\r\n");
            Transport.send(message);

            ReceivedMail mail = primary.awaitMails(1, Duration.ofSeconds(5)).getFirst();
            assertThat(mail.sender()).isEqualTo("a@client.example");
            assertThat(mail.recipients()).containsExactly("alice@example.test");
            assertThat(mail.text()).contains("Subject: hello\r\n").endsWith("\r\n\r\n.\r\n.. two\r\nend\r\n");
            assertThat(primary.violations()).isEmpty();
        }
    }
}
