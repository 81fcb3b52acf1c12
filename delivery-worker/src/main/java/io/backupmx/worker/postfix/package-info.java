/** A Postfix's configuration, said as ours: what is taken over, what needs an operator's attention, what is left behind. */
@NullMarked
package io.backupmx.worker.postfix;

import org.jspecify.annotations.NullMarked;
