/** Notices by mail to those who run this: what needs them, and a digest of the day. */
@NullMarked
package io.backupmx.worker.notice;

import org.jspecify.annotations.NullMarked;
