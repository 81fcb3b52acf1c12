/** The spool's contract: what storing, taking, settling and listing mail promise, whatever keeps it. */
@NullMarked
package io.backupmx.spool;

import org.jspecify.annotations.NullMarked;
