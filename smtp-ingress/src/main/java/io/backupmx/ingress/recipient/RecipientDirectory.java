package io.backupmx.ingress.recipient;

import io.backupmx.route.RecipientVerdict;
import io.backupmx.smtp.ForwardPath;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** Who may get mail, for sessions to ask at RCPT. Never blocks; a failed future means {@link RecipientVerdict.Unavailable}. */
public interface RecipientDirectory {

    /** When it is one's turn to ask others: who they are bears with a bounded number of questions. */
    interface Turn {

        /** Always at once. */
        Turn NOW = (_, question) -> question.get();

        /**
         * Puts {@code question}, at once or later.
         *
         * @param known what can be said without a question to anybody, for when that is not at once
         */
        Future<RecipientVerdict> take(
                Supplier<Optional<Future<RecipientVerdict>>> known, Supplier<Future<RecipientVerdict>> question);
    }

    Future<RecipientVerdict> check(ForwardPath path);

    /** As {@link #check(ForwardPath)}, but no question is put to others before its {@code turn}; what is known waits for none. */
    default Future<RecipientVerdict> check(ForwardPath path, Turn turn) {
        return turn.take(Optional::empty, () -> check(path));
    }
}
