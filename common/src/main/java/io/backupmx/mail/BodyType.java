package io.backupmx.mail;

/** The BODY parameter of MAIL (RFC 6152); {@code SEVEN_BIT} when the client said nothing. */
public enum BodyType {
    SEVEN_BIT("7BIT"),
    EIGHT_BIT_MIME("8BITMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    /** As written behind {@code BODY=}. */
    public String keyword() {
        return keyword;
    }
}
