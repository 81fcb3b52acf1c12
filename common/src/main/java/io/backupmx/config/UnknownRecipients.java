package io.backupmx.config;

/** What a sender is told about a recipient whom no source knows, while the one that would know better cannot be asked. */
public enum UnknownRecipients {
    /** 451: it comes again, when more may be known. As when nothing is said. */
    DEFER,
    /** 250: the primary says later what it thinks of the recipient. */
    ACCEPT,
    /** 550: what nobody has heard of by now does not exist. */
    REJECT
}
