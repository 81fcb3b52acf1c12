package io.backupmx.worker.report;

import io.backupmx.mail.Content;
import io.backupmx.routing.RecordLookup;
import io.backupmx.routing.RecordLookup.Answer;
import io.backupmx.smtp.Domain;
import io.backupmx.worker.dsn.HeaderSection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.apache.james.jdkim.impl.Message;
import org.apache.james.mime4j.MimeException;

/**
 * Whether the sender's domain has signed the mail (RFC 6376), as jDKIM has it. Only keys of that domain, or one above it, are
 * asked for, so others' signatures cost nothing. The header is in memory, within bounds; the body passes through.
 */
final class DkimCheck {

    private static final int MAX_HEADER_BYTES = 256 << 10;
    private static final int MAX_KEYS = 5;

    /** RFC 8301 §3.1. */
    private static final String TOO_WEAK = "sha1";

    private final Domain sender;
    private final Questioning questioning;
    private int keys;

    private DkimCheck(Domain sender, Questioning questioning) {
        this.sender = sender;
        this.questioning = questioning;
    }

    /** The domain whose signature holds; empty when there is none of use. */
    static Optional<String> signer(Domain sender, Content content, Questioning questioning) throws IOException {
        HeaderSection header = HeaderSection.of(content, MAX_HEADER_BYTES);
        return header.isWhole() && !sender.isAddressLiteral()
                ? new DkimCheck(sender, questioning).signer(header, content)
                : Optional.empty();
    }

    private Optional<String> signer(HeaderSection header, Content content) throws IOException {
        Message fields;
        try {
            fields = new Message(new ByteArrayInputStream(header.octets()));
        } catch (MimeException e) {
            return Optional.empty();
        }
        if (fields.getFields("DKIM-Signature").isEmpty()) {
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
            case Answer.Found(List<String> records) -> records;
            case Answer.None _ -> throw new PermFailException("no key");
            case Answer.Failed(String why) -> throw new TempFailException(why);
        };
    }

    /** The sender's domain, or one above it. Never one below: its owner may be anybody's customer. Nor one of one label. */
    private boolean isAligned(String signer) {
        Optional<Domain> parsed =
                Domain.parse(signer).filter(domain -> domain.name().contains("."));
        if (parsed.isEmpty()) {
            return false;
        }
        for (Optional<Domain> domain = Optional.of(sender);
                domain.isPresent();
                domain = domain.get().parent()) {
            if (domain.equals(parsed)) {
                return true;
            }
        }
        return false;
    }
}
