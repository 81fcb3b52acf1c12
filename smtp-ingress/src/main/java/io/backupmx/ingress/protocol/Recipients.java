package io.backupmx.ingress.protocol;

import io.backupmx.route.Route;
import io.backupmx.smtp.ForwardPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The accepted recipients of one mail and their routes, in the client's order, each once. Immutable to whoever holds it:
 * {@link #with} leaves this one as it is. It is cheap all the same, because successors share one list and only the last
 * of them extends it: a thousand RCPTs cost a thousand additions, not a thousand copies.
 */
public final class Recipients {

    /** A recipient and the way its mail goes. */
    public record Accepted(ForwardPath path, RcptOptions options, Route route) {}

    /** Up to here, looking at each is cheaper than a map. */
    private static final int FEW = 8;

    public static final Recipients NONE = new Recipients(new ArrayList<>(0), new HashMap<>(0), 0);

    private final List<Accepted> shared;
    private final Map<ForwardPath, Integer> positions;
    private final int size;

    private Recipients(List<Accepted> shared, Map<ForwardPath, Integer> positions, int size) {
        this.shared = shared;
        this.positions = positions;
        this.size = size;
    }

    /** These and {@code next}, or these if it is among them. */
    public Recipients with(Accepted next) {
        if (contains(next.path())) {
            return this;
        }
        boolean last = size > 0 && shared.size() == size;
        Recipients successor = last
                ? new Recipients(shared, positions, size + 1)
                : new Recipients(new ArrayList<>(asList()), new HashMap<>(), size + 1);
        successor.shared.add(next);
        successor.index();
        return successor;
    }

    public boolean contains(ForwardPath path) {
        if (size > FEW) {
            return positions.getOrDefault(path, size) < size;
        }
        for (int i = 0; i < size; i++) {
            if (shared.get(i).path().equals(path)) {
                return true;
            }
        }
        return false;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** @throws IndexOutOfBoundsException when there are none */
    public Accepted first() {
        return shared.get(Objects.checkIndex(0, size));
    }

    public List<Accepted> asList() {
        return List.copyOf(shared.subList(0, size));
    }

    private void index() {
        for (int i = positions.size(); size > FEW && i < size; i++) {
            positions.put(shared.get(i).path(), i);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Recipients that && asList().equals(that.asList());
    }

    @Override
    public int hashCode() {
        return asList().hashCode();
    }

    @Override
    public String toString() {
        return asList().toString();
    }
}
