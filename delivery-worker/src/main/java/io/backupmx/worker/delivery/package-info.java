/** One mail's way to its next hop, and every recipient's outcome. */
@NullMarked
package io.backupmx.worker.delivery;

import org.jspecify.annotations.NullMarked;
