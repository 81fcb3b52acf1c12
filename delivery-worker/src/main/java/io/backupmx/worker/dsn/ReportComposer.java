package io.backupmx.worker.dsn;

import io.backupmx.mail.QueueId;
import io.backupmx.smtp.Domain;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.dom.Message;
import org.apache.james.mime4j.dom.Multipart;
import org.apache.james.mime4j.message.BasicBodyFactory;
import org.apache.james.mime4j.message.BodyPart;
import org.apache.james.mime4j.message.BodyPartBuilder;
import org.apache.james.mime4j.message.DefaultMessageWriter;
import org.apache.james.mime4j.message.MultipartBuilder;
import org.apache.james.mime4j.stream.Field;
import org.apache.james.mime4j.stream.NameValuePair;
import org.apache.james.mime4j.stream.RawFieldParser;
import org.apache.james.mime4j.util.ContentUtil;
import org.apache.james.mime4j.util.MimeUtil;

/**
 * Writes reports: {@code multipart/report} (RFC 6522) of a text for people, a delivery status (RFC 3464) and what is given back
 * of the mail. To a sender whose address needs SMTPUTF8 in the types of RFC 6533; to others everything beyond ASCII is encoded,
 * for their mail system may know nothing else.
 */
public final class ReportComposer {

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "EEE, d MMM yyyy HH:mm:ss Z", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final Domain hostname;

    /** @param hostname our name */
    public ReportComposer(Domain hostname) {
        this.hostname = hostname;
    }

    /** The content of a mail from {@code <>}, in lines ended by CRLF. */
    public byte[] compose(Report report, QueueId id, Returned returned) {
        boolean utf8 = report.to().needsSmtpUtf8();
        try {
            Multipart parts = MultipartBuilder.create("report")
                    .addContentTypeParameter(new NameValuePair("report-type", "delivery-status"))
                    .addBodyPart(text(new HumanText(hostname, report).write(), utf8))
                    .addBodyPart(status(new StatusFields(hostname, report, utf8).write(), utf8))
                    .addBodyPart(returned(returned, report.about().smtpUtf8(), utf8))
                    .build();
            Message.Builder message = Message.Builder.of();
            message.setField(field("Date", date(report.at())));
            message.setField(field("From", "Mail Delivery System <MAILER-DAEMON@" + hostname + ">"));
            message.setField(field("To", "<" + report.to() + ">"));
            message.setField(field("Subject", HumanText.subject(report.action())));
            message.setField(field("Message-ID", "<" + id + "@" + hostname + ">"));
            message.setField(field("Auto-Submitted", "auto-replied")); // RFC 3834 §5
            message.setField(field("MIME-Version", "1.0"));
            message.setBody(parts);
            return DefaultMessageWriter.asBytes(message.build());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    /** RFC 5322 §3.3. */
    static String date(Instant at) {
        return DATE.format(at);
    }

    /** Written as it is, folded where it can be. */
    static Field field(String name, String value) {
        String text = MimeUtil.fold(name + ": " + value, 0);
        try {
            return RawFieldParser.DEFAULT.parseField(ContentUtil.encode(StandardCharsets.UTF_8, text));
        } catch (MimeException e) {
            throw new IllegalStateException("a field of our own", e);
        }
    }

    private static BodyPart text(String text, boolean utf8) {
        BodyPartBuilder part = BodyPartBuilder.create();
        part.setBody(BasicBodyFactory.INSTANCE.textBody(
                text.getBytes(StandardCharsets.UTF_8), utf8 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII));
        part.setContentTransferEncoding(utf8 ? "8bit" : "7bit");
        return part.build();
    }

    private static BodyPart status(byte[] fields, boolean utf8) {
        return part(
                utf8 ? "message/global-delivery-status" : "message/delivery-status", fields, utf8 ? "8bit" : "7bit");
    }

    /** @param global whether it is a mail of RFC 6532 */
    private static BodyPart returned(Returned returned, boolean global, boolean utf8) {
        boolean beyondAscii = !returned.isAscii();
        boolean asGlobal = beyondAscii && global;
        String type = returned.whole()
                ? asGlobal ? "message/global" : "message/rfc822"
                : asGlobal ? "message/global-headers" : "text/rfc822-headers";
        String encoding = !beyondAscii ? "7bit" : asGlobal && !utf8 ? "base64" : "8bit";
        return part(type, returned.octets(), encoding);
    }

    private static BodyPart part(String type, byte[] octets, String encoding) {
        BodyPartBuilder part = BodyPartBuilder.create();
        part.setBody(BasicBodyFactory.INSTANCE.binaryBody(octets));
        part.setContentType(type);
        part.setContentTransferEncoding(encoding);
        return part.build();
    }

    /** A block of fields, ended by an empty line. */
    static void write(Iterable<Field> fields, ByteArrayOutputStream out) throws IOException {
        DefaultMessageWriter writer = new DefaultMessageWriter();
        for (Field field : fields) {
            writer.writeField(field, out);
        }
        out.write('\r');
        out.write('\n');
    }
}
