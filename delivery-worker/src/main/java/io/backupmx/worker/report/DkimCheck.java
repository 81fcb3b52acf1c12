package io.backupmx.worker.report;

import io.backupmx.mail.Content;
import io.backupmx.routing.Questioning;
import io.backupmx.routing.RecordLookup;
import io.backupmx.routing.RecordLookup.Answer;
import io.backupmx.smtp.Domain;
import io.backupmx.smtp.Mailbox;
import io.backupmx.worker.dsn.HeaderSection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.apache.james.jdkim.impl.Message;
import org.apache.james.jdkim.tagvalue.PublicKeyRecordImpl;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.dom.address.AddressList;
import org.apache.james.mime4j.field.address.LenientAddressParser;
import org.apache.james.mime4j.util.MimeUtil;

/**
 * Whether the sender's domain has signed the mail (RFC 6376), as jDKIM has it, for the sender: its From is the reverse-path, for that
 * itself no signature covers, and with one signed mail of a large domain anybody could have reports sent to all its users. Only keys
 * of that domain, or one above it, are asked for, so others' signatures cost nothing. The header is in memory, within bounds; the
 * body, of so many octets, passes through.
 */
final class DkimCheck {

    private static final int MAX_HEADER_BYTES = 256 << 10;
    private static final int MAX_KEYS = 3;
    private static final long MAX_BODY_BYTES = 10 << 20;

    /** RFC 8301 §3.2. */
    private static final int MIN_KEY_BITS = 1024;

    /** RFC 8301 §3.1. */
    private static final String TOO_WEAK = "sha1";

    private final Mailbox sender;
    private final Questioning questioning;
    private int keys;

    private DkimCheck(Mailbox sender, Questioning questioning) {
        this.sender = sender;
        this.questioning = questioning;
    }

    /** The domain whose signature holds; empty when there is none of use. */
    static Optional<String> signer(Mailbox sender, Content content, Questioning questioning) throws IOException {
        if (content.sizeBytes() > MAX_BODY_BYTES || sender.domain().isAddressLiteral()) {
            return Optional.empty();
        }
        HeaderSection header = HeaderSection.of(content, MAX_HEADER_BYTES);
        return header.isWhole() ? new DkimCheck(sender, questioning).signer(header, content) : Optional.empty();
    }

    private Optional<String> signer(HeaderSection header, Content content) throws IOException {
        Message fields;
        try {
            fields = new Message(new ByteArrayInputStream(header.octets()));
        } catch (MimeException e) {
            return Optional.empty();
        }
        if (fields.getFields("DKIM-Signature").isEmpty() || !isFrom(fields.getFields("From"))) {
            fields.dispose();
            return Optional.empty();
        }
        DKIMVerifier verifier = new DKIMVerifier((_, selector, domain) -> key(selector, domain));
        try (InputStream body = content.open()) {
            body.skipNBytes(header.bodyAt());
            return verifier.verify(fields, body).stream()
                    .filter(DkimCheck::isOfUse)
                    .map(signature -> signature.getDToken().toString())
                    .findFirst();
        } catch (FailException | RuntimeException e) {
            return Optional.empty(); // whatever it is, it is no signature that holds
        } finally {
            fields.dispose();
        }
    }

    /** Whether there is one, and it names the sender alone. */
    private boolean isFrom(List<String> fields) {
        if (fields.size() != 1) {
            return false;
        }
        String field = MimeUtil.unfold(fields.getFirst());
        try {
            AddressList from = LenientAddressParser.DEFAULT.parseAddressList(field.substring(field.indexOf(':') + 1));
            return from.size() == 1
                    && from.get(0) instanceof org.apache.james.mime4j.dom.address.Mailbox one
                    && Mailbox.parse(one.getAddress()).filter(sender::equals).isPresent();
        } catch (RuntimeException e) {
            return false; // whatever a stranger wrote
        }
    }

    /** Of one that leaves the end of the body open somebody else may have written that. */
    private static boolean isOfUse(SignatureRecord signature) {
        return signature.getBodyHashLimit() < 0
                && !signature
                        .getHashMethod()
                        .toString()
                        .toLowerCase(Locale.ROOT)
                        .replace("-", "")
                        .equals(TOO_WEAK);
    }

    private List<String> key(CharSequence selector, CharSequence domain) throws PermFailException, TempFailException {
        if (!isAligned(domain.toString()) || ++keys > MAX_KEYS) {
            throw new PermFailException("not the sender's domain, or too many");
        }
        return switch (questioning.ask(selector + "._domainkey." + domain, RecordLookup.Kind.TXT)) {
            case Answer.Found(List<String> records) ->
                records.stream().filter(DkimCheck::isStrong).toList();
            case Answer.None _ -> throw new PermFailException("no key");
            case Answer.Failed(String why) -> throw new TempFailException(why);
        };
    }

    /** Nor of a domain that is only trying (RFC 6376 §3.6.1). */
    private static boolean isStrong(String record) {
        try {
            PublicKeyRecordImpl key = new PublicKeyRecordImpl(record);
            key.validate();
            return !key.isTesting()
                    && key.getPublicKey() instanceof RSAPublicKey rsa
                    && rsa.getModulus().bitLength() >= MIN_KEY_BITS;
        } catch (RuntimeException e) {
            return false; // whatever a stranger wrote
        }
    }

    /** The sender's domain, or one above it. Never one below: its owner may be anybody's customer. Nor one of one label. */
    private boolean isAligned(String signer) {
        Optional<Domain> parsed =
                Domain.parse(signer).filter(domain -> domain.name().contains("."));
        if (parsed.isEmpty()) {
            return false;
        }
        for (Optional<Domain> domain = Optional.of(sender.domain());
                domain.isPresent();
                domain = domain.get().parent()) {
            if (domain.equals(parsed)) {
                return true;
            }
        }
        return false;
    }
}
