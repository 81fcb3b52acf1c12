package io.backupmx.worker.admin;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.backupmx.mail.Arrival;
import io.backupmx.mail.Envelope;
import io.backupmx.mail.Recipient;
import java.util.List;
import java.util.Optional;

/**
 * One mail as {@code show} has it.
 *
 * @param queueId as {@code mailq} has it
 * @param sender the reverse-path with its brackets, {@code <>} for the null one
 * @param arrivalTime in seconds since the epoch
 * @param messageSize in bytes, of the content
 * @param client the address it came from
 * @param helo what the client called itself
 * @param protocol the {@code with} keyword of its trace header
 * @param tls what protected the connection
 * @param receivedBy our name at that time
 * @param body {@code SEVEN_BIT} and its like
 * @param smtputf8 whether it needs that of the next hop
 * @param requiretls whether it demands TLS on all its way
 * @param envelopeId ENVID as given
 * @param returnContent RET as given
 * @param parts where its recipients wait: each entry as a listing has it
 * @param recipients of each part, in the same order, what a listing does not have
 * @param headers of the content; empty while all of it is in a worker's hands
 * @param headersCut whether there are more headers than are shown
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_ABSENT)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ShownMail(
        String queueId,
        String sender,
        long arrivalTime,
        long messageSize,
        String client,
        String helo,
        String protocol,
        Optional<String> tls,
        String receivedBy,
        String body,
        boolean smtputf8,
        boolean requiretls,
        Optional<String> envelopeId,
        Optional<String> returnContent,
        List<QueuedMail> parts,
        List<List<ShownRecipient>> recipients,
        Optional<String> headers,
        boolean headersCut) {

    /**
     * A recipient with all that is known.
     *
     * @param originalRecipient ORCPT as given
     * @param notifyOn NOTIFY as given
     * @param lastReply why it was not delivered when it was last tried
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ShownRecipient(
            String address, Optional<String> originalRecipient, Optional<String> notifyOn, Optional<String> lastReply) {

        static ShownRecipient of(Recipient recipient) {
            return new ShownRecipient(
                    recipient.path().address(),
                    recipient.originalRecipient(),
                    recipient.notifyOn(),
                    recipient.lastReply());
        }
    }

    static ShownMail of(
            Envelope envelope,
            long sizeBytes,
            List<QueuedMail> parts,
            List<List<ShownRecipient>> recipients,
            Optional<HeaderSink> headers) {
        Arrival arrival = envelope.arrival();
        return new ShownMail(
                envelope.queueId().value(),
                envelope.from().toString(),
                arrival.at().getEpochSecond(),
                sizeBytes,
                arrival.clientAddress(),
                arrival.helo(),
                arrival.protocol(),
                arrival.tls().map(tls -> tls.version() + " " + tls.cipher()),
                arrival.receivedBy().name(),
                envelope.body().name(),
                envelope.smtpUtf8(),
                envelope.requireTls(),
                envelope.envelopeId(),
                envelope.returnContent(),
                parts,
                recipients,
                headers.map(HeaderSink::text),
                headers.map(HeaderSink::isCut).orElse(false));
    }
}
