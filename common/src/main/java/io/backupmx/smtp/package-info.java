/** SMTP's vocabulary (RFC 5321, RFC 3463): replies, domains, mailboxes, paths. Plain Java, no I/O. */
@NullMarked
package io.backupmx.smtp;

import org.jspecify.annotations.NullMarked;
