/** When a deferred recipient is tried again, and when it is given up. Pure. */
@NullMarked
package io.backupmx.worker.retry;

import org.jspecify.annotations.NullMarked;
