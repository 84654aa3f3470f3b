package ai.scailabs.vault.api.events;

import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.request.Call;
import ai.scailabs.vault.api.request.DeferredAnswer;
import ai.scailabs.vault.api.request.Endpoint;
import ai.scailabs.vault.api.request.JsonBody;
import ai.scailabs.vault.api.request.PathCategory;
import ai.scailabs.vault.api.request.QueryParameters;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.events.subscription.PollWaiters;
import ai.scailabs.vault.events.subscription.Polling;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** What waits for the owner of a subscription; who asks while nothing does waits, too. */
@Controller
public class SubscriptionPollController {
    private static final int DEFAULT_TIMEOUT = 30;
    private static final int MAX_TIMEOUT = 60;
    private static final int DEFAULT_EVENTS = 100;

    private final Polling polling;
    private final PollWaiters waiters;
    private final JsonBody bodies;
    private final Clock clock;

    public SubscriptionPollController(Polling polling, PollWaiters waiters, JsonBody bodies, Clock clock) {
        this.polling = polling;
        this.waiters = waiters;
        this.bodies = bodies;
        this.clock = clock;
    }

    @GetMapping("/v1/subscriptions/{id}/poll")
    @Endpoint(
            scope = SubscriptionController.READ,
            action = AuditAction.SUBSCRIPTION_POLL,
            category = PathCategory.SUBSCRIPTION_POLL)
    public DeferredAnswer poll(Call call, @PathVariable String id, HttpServletRequest request) {
        SubscriptionController.about(call, id);
        QueryParameters query = QueryParameters.of(request, "timeout", "since_event_id", "max_events");
        Integer timeout = query.number("timeout", 0, MAX_TIMEOUT);
        Integer most = query.number("max_events", 1, Polling.MAX_EVENTS);
        Polling.Poll poll = polling.begin(
                SubscriptionController.asker(call),
                id,
                query.text("since_event_id"),
                most == null ? DEFAULT_EVENTS : most);
        Instant until = clock.instant().plus(Duration.ofSeconds(timeout == null ? DEFAULT_TIMEOUT : timeout));
        return new DeferredAnswer(
                last -> answer(call, poll, last || !clock.instant().isBefore(until)),
                wake -> waiters.await(
                        poll, until, () -> wake.up(!clock.instant().isBefore(until))));
    }

    private @Nullable Answer answer(Call call, Polling.Poll poll, boolean last) {
        Polling.Polled found = polling.look(poll);
        if (found.bodies().isEmpty() && !last) {
            return null;
        }
        long dropped = polling.takeDropped(poll);
        return Answer.ok(call.recorded(Map.of("events", found.bodies().size())), json -> {
            json.json("events", "[" + String.join(",", found.bodies()) + "]").flag("has_more", found.hasMore());
            if (dropped > 0) {
                json.number("dropped", dropped);
            }
        });
    }

    @PostMapping("/v1/subscriptions/{id}/ack")
    @Endpoint(
            scope = SubscriptionController.READ,
            action = AuditAction.SUBSCRIPTION_ACK,
            category = PathCategory.SUBSCRIPTION_POLL)
    public Answer acknowledge(Call call, @PathVariable String id, HttpServletRequest request) {
        SubscriptionController.about(call, id);
        QueryParameters.of(request);
        EventRequests.Acknowledgement body = bodies.read(request, EventRequests.Acknowledgement.class);
        int acknowledged = polling.acknowledge(SubscriptionController.asker(call), id, body.eventIds());
        return Answer.ok(
                call.recorded(Map.of("events", acknowledged)), json -> json.number("acknowledged", acknowledged));
    }
}
