/** Who else knows which recipients exist: lists, directories, databases. */
@NullMarked
package io.backupmx.ingress.source;

import org.jspecify.annotations.NullMarked;
