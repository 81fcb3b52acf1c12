package io.backupmx.routing;

/** What a domain's MX records make of us, if nothing but them says that it is ours. {@code why} is one line for people. */
public sealed interface BackupStanding {

    String why();

    /** We are its backup: others are to be preferred, and all of those that are tried first are where they may be. */
    record Permitted(String why) implements BackupStanding {}

    /** It is none of ours. */
    record Refused(String why) implements BackupStanding {}

    /** Nobody can say now. */
    record NotNow(String why) implements BackupStanding {}
}
