package io.backupmx.worker.cli;

/** Text that others chose, made harmless: peers write addresses and replies, and a terminal must not obey them. */
final class Printable {

    private Printable() {}

    static String of(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) || isInvisible(c) ? '?' : c));
        return safe.toString();
    }

    /** Bidirectional overrides and their like, which make a text look like another. */
    private static boolean isInvisible(int c) {
        return switch (Character.getType(c)) {
            case Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> false;
        };
    }
}
