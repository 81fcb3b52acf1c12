package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A list of recipients that exist, made by others: one address a line, what follows behind white space means nothing, so
 * that Postfix's {@code relay_recipient_maps} are such lists; {@code @domain} is every address of it. Immutable.
 */
public final class RecipientList {

    private final Recipients recipients;

    private RecipientList(Recipients recipients) {
        this.recipients = recipients;
    }

    /**
     * The list in {@code file}. It is one throughout or none at all, and one without anybody is none, for whoever is not in
     * it is refused. Takes a second for a million addresses.
     *
     * @param called what people know it by
     * @throws NotAListException with what is wrong, and in which lines
     */
    public static RecipientList read(Path file, String called) throws NotAListException {
        List<String> problems = new ArrayList<>();
        Recipients recipients =
                Recipients.read(file, new FileProblems(called, Path.of(called), problems), Recipients.Form.LIST);
        RecipientList list = new RecipientList(recipients);
        if (problems.isEmpty() && list.size() == 0) {
            problems.add(called + ": there is nobody in it");
        }
        if (!problems.isEmpty()) {
            throw new NotAListException(problems);
        }
        return list;
    }

    /** How many octets of text are worth reading: a longer list would hardly fit into the heap. */
    public static long maxBytes() {
        return Recipients.maxBytes();
    }

    /** @param address in the folded form of the tables, as {@link RecipientQuestion#addresses} */
    public boolean contains(String address) {
        int at = address.lastIndexOf('@');
        Optional<Domain> domain = Domain.parse(address.substring(at + 1)).filter(_ -> at > 0);
        return domain.filter(
                        d -> recipients.isOpen(d) || recipients.contains(new TableAddress(address.substring(0, at), d)))
                .isPresent();
    }

    /** How many entries it has, addresses and domains. */
    public int size() {
        return recipients.listed().size() + recipients.open().size();
    }

    /** What it takes of the heap; no more than {@link #maxBytes}. */
    public long sizeBytes() {
        return recipients.sizeBytes();
    }

    /**
     * Whether {@code newer} lacks so many of these entries that it is more likely broken than meant. One may always go; as
     * many as came in the place of others do not make up for them. Takes a second for a million.
     *
     * @param limitPercent how much may go at once
     */
    public boolean isLostIn(RecipientList newer, int limitPercent) {
        int gone = missingIn(newer);
        return gone > 1 && gone * 100L > (long) size() * limitPercent;
    }

    /** How many of the entries {@code newer} does not cover. */
    public int missingIn(RecipientList newer) {
        int[] missing = new int[1];
        recipients.listed().forEach(address -> {
            if (!newer.recipients.isOpen(address.domain()) && !newer.recipients.contains(address)) {
                missing[0]++;
            }
        });
        recipients.open().stream()
                .filter(domain -> !newer.recipients.isOpen(domain))
                .forEach(_ -> missing[0]++);
        return missing[0];
    }
}
