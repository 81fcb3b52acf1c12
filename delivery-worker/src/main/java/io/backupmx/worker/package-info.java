/** The delivery worker: takes mail from the spool and forwards it to its next hop. */
@NullMarked
package io.backupmx.worker;

import org.jspecify.annotations.NullMarked;
