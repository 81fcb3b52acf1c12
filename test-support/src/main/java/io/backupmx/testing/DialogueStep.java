package io.backupmx.testing;

import java.time.Duration;
import java.util.regex.Pattern;

/** One thing that happens in a {@link Dialogue}; {@code source} is its line in the text, for messages. */
sealed interface DialogueStep {

    String source();

    /** These octets (as ISO 8859-1) are written, in a single write. */
    record Send(String source, String octets) implements DialogueStep {}

    /** The next reply, as {@link Reply#text()} has it, matches. */
    record Expect(String source, Pattern reply) implements DialogueStep {}

    /** The server closes the connection without saying anything more. */
    record ExpectClosed(String source) implements DialogueStep {}

    /** The server neither says anything nor closes for this long. */
    record ExpectSilence(String source, Duration length) implements DialogueStep {}

    /** The client closes the connection. */
    record Close(String source) implements DialogueStep {}

    /** The client tears the connection down: the server reads "connection reset". */
    record Reset(String source) implements DialogueStep {}
}
