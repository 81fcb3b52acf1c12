/** Whether a sender's domain lets a client send for it (RFC 7208). */
@NullMarked
package io.backupmx.spf;

import org.jspecify.annotations.NullMarked;
