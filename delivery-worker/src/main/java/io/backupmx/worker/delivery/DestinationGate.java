package io.backupmx.worker.delivery;

import io.backupmx.mail.QueueId;
import io.backupmx.worker.gate.GateEvent;
import io.backupmx.worker.gate.RouteGate;
import io.backupmx.worker.gate.Trouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a gate's place for one destination of the route {@code mx}: it is open, a refusal counts, and of what
 * deliveries tell only a content lost on its way is remembered, for the next may be lost so, too. The rest an attempt's end
 * says.
 */
final class DestinationGate implements RouteGate {

    private final IntSupplier places;
    private final AtomicReference<@Nullable QueueId> contentLost = new AtomicReference<>();

    DestinationGate(IntSupplier places) {
        this.places = places;
    }

    @Override
    public int places() {
        return places.getAsInt();
    }

    @Override
    public boolean believesRefusals() {
        return true;
    }

    @Override
    public boolean isQuarantined() {
        return false;
    }

    @Override
    public boolean triesHere() {
        return false;
    }

    @Override
    public void tell(GateEvent event) {
        if (event instanceof GateEvent.Delivered) {
            contentLost.set(null);
        }
    }

    @Override
    public boolean contentLost(QueueId mail, Trouble trouble, int othersAlive) {
        QueueId before = contentLost.getAndSet(mail);
        return before != null && !before.equals(mail);
    }
}
