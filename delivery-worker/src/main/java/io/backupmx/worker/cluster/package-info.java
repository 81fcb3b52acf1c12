/** Who of the workers keeps a route's gate, what the others know of it, and how many connections each may have. */
@NullMarked
package io.backupmx.worker.cluster;

import org.jspecify.annotations.NullMarked;
