/** How long failed mail and dead letters are kept. */
@NullMarked
package io.backupmx.worker.retention;

import org.jspecify.annotations.NullMarked;
