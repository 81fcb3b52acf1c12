@NullMarked
package io.backupmx.ingress.protocol;

import org.jspecify.annotations.NullMarked;
