/** How workers find one another, divide what only one may do, and share what all must know. */
@NullMarked
package io.backupmx.cluster;

import org.jspecify.annotations.NullMarked;
