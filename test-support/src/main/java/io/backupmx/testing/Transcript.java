package io.backupmx.testing;

import java.util.ArrayList;
import java.util.List;

/** What was said on one connection so far. */
public final class Transcript {

    private final List<String> lines = new ArrayList<>();
    private final List<Reply> replies = new ArrayList<>();

    Transcript() {}

    void sent(byte[] octets) {
        lines.add("C: " + Octets.shown(octets));
    }

    void received(Reply reply) {
        replies.add(reply);
        int last = reply.lines().size() - 1;
        for (int i = 0; i <= last; i++) {
            lines.add("S: " + reply.code() + (i < last ? "-" : " ")
                    + reply.lines().get(i));
        }
    }

    void note(String event) {
        lines.add("   (" + event + ")");
    }

    /** All replies in order, the greeting first. */
    public List<Reply> replies() {
        return List.copyOf(replies);
    }

    /** The newest reply. */
    public Reply last() {
        return replies.getLast();
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
