/** Delivery reports (RFC 3464), as text: what they say, and about whom. No threads, no sockets, no spool. */
@NullMarked
package io.backupmx.worker.dsn;

import org.jspecify.annotations.NullMarked;
