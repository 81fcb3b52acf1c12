package io.backupmx.worker.notice;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A notice to be sent.
 *
 * @param subject in a few words, for a phone's screen
 * @param text plain, lines as they are to be read
 * @param occasion what it is about, the same whoever sends it and however often: a notice that was sent twice after all is known
 *     by its Message-ID
 */
record Notice(NoticeKind kind, String subject, String text, String occasion) {

    /** The left part of its Message-ID. */
    String id() {
        return kind.label() + "." + UUID.nameUUIDFromBytes(occasion.getBytes(StandardCharsets.UTF_8));
    }
}
