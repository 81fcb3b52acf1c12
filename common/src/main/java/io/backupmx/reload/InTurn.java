package io.backupmx.reload;

import java.util.ArrayList;
import java.util.List;

/** Steps of which each has its turn, whatever becomes of those before it. */
final class InTurn {

    private InTurn() {}

    /** Throws what the first one threw, if any did, when all have had their turn. */
    static void all(List<Runnable> steps) {
        List<Throwable> troubles = new ArrayList<>();
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                troubles.add(e);
            }
        }
        if (troubles.isEmpty()) {
            return;
        }
        Throwable first = troubles.getFirst();
        troubles.stream().filter(other -> !other.equals(first)).forEach(first::addSuppressed);
        switch (first) {
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(first);
        }
    }
}
