package io.backupmx.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.backupmx.route.NextHop;
import io.backupmx.route.Route;
import io.backupmx.worker.gate.GateEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is kept for a route's keeper until there is one. */
class ReportsTest {

    private static final Route ROUTE = route(1);
    private final Reports reports = new Reports();

    @Test
    void deliveriesInARowAreOneNumber() {
        reports.add(ROUTE, new GateEvent.Delivered(1));
        reports.add(ROUTE, new GateEvent.Delivered(2));
        reports.add(ROUTE, new GateEvent.Slow("slow"));
        reports.add(ROUTE, new GateEvent.Delivered(4));
        JsonObject told = taken().getFirst().json().getJsonArray("routes").getJsonObject(0);
        assertThat(told.getString("route")).isEqualTo(ROUTE.toString());
        assertThat(told.getInteger("connections")).isEqualTo(5);
        assertThat(told.getJsonArray("events").stream().map(e -> ((JsonObject) e).getInteger("mails", 0)))
                .containsExactly(3, 0, 4);
        assertThat(taken()).isEmpty();
    }

    @Test
    void withoutAKeeperTheNewestAreKept() {
        for (int i = 0; i < 500; i++) {
            reports.add(ROUTE, new GateEvent.Slow("slow " + i));
            if (i % 100 == 0) {
                assertThat(reports.take(_ -> Optional.empty(), _ -> 0)).isEmpty();
            }
        }
        JsonArray events = taken().getFirst()
                .json()
                .getJsonArray("routes")
                .getJsonObject(0)
                .getJsonArray("events");
        assertThat(events.size()).isEqualTo(50);
        assertThat(events.getJsonObject(49).getString("why")).isEqualTo("slow 499");
    }

    @Test
    void whoIsBusyIsToldOfWithoutAnEvent() {
        reports.busy(ROUTE);
        JsonObject told = taken().getFirst().json().getJsonArray("routes").getJsonObject(0);
        assertThat(told.getInteger("connections")).isEqualTo(5);
        assertThat(told.getJsonArray("events").size()).isZero();
        reports.busy(ROUTE);
        assertThat(reports.take(_ -> Optional.empty(), _ -> 5)).isEmpty();
        assertThat(taken()).isEmpty(); // by now it is not news
    }

    @Test
    void noMessageBecomesLarge() {
        for (int i = 1; i <= 450; i++) {
            reports.add(route(i), new GateEvent.Delivered(1));
        }
        assertThat(taken())
                .hasSize(3)
                .allSatisfy(message ->
                        assertThat(message.json().getJsonArray("routes").size()).isLessThanOrEqualTo(200));
    }

    private List<Reports.Message> taken() {
        return reports.take(_ -> Optional.of("keeper"), _ -> 5);
    }

    private static Route route(int port) {
        return Route.to(new NextHop("192.0.2.1", port));
    }
}
