package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.decision.AccessControl;
import ai.scailabs.vault.access.idempotency.IdempotencyKey;
import ai.scailabs.vault.access.idempotency.IdempotentReplies;
import ai.scailabs.vault.access.idempotency.Reservation;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.api.answer.Answer;
import ai.scailabs.vault.api.answer.AnswerWriter;
import ai.scailabs.vault.api.answer.KeptAnswer;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls with an {@code Idempotency-Key}: the first is done, and what it is answered is kept; the same call again is given that, if the caller may still have it. What was refused is not kept. Thread-safe.
 */
public final class IdempotentCalls {
    static final String HEADER = "Idempotency-Key";
    private static final String REPLAYED = "Idempotency-Replayed";
    private static final Set<String> UNCERTAIN = Set.of("database", "audit_log");
    private static final Logger LOG = LoggerFactory.getLogger(IdempotentCalls.class);

    private final IdempotentReplies replies;
    private final AccessControl access;
    private final JsonBody bodies;

    public IdempotentCalls(IdempotentReplies replies, AccessControl access, JsonBody bodies) {
        this.replies = replies;
        this.access = access;
        this.bodies = bodies;
    }

    static boolean isAsked(HttpServletRequest request) {
        return request.getHeader(HEADER) != null;
    }

    /** @param variable the value of a variable of the handler's path */
    void handle(
            Idempotent terms,
            Call call,
            HttpServletRequest request,
            HttpServletResponse response,
            UnaryOperator<String> variable,
            Handling handling)
            throws Exception {
        IdempotencyKey key = keyOf(call, request);
        byte[] body = bodies.bytes(request);
        try {
            switch (replies.reserve(call.actor(), key, digest(request, body))) {
                case Reservation.Earlier earlier -> replay(terms, call, earlier, variable, response);
                case Reservation.First first ->
                    perform(call, first, new BufferedRequest(request, body), response, handling);
            }
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }

    private static IdempotencyKey keyOf(Call call, HttpServletRequest request) {
        Enumeration<String> values = request.getHeaders(HEADER);
        String sent = values.nextElement();
        if (values.hasMoreElements()) {
            throw new VaultException(ErrorCode.INVALID_REQUEST, "Send one Idempotency-Key");
        }
        return IdempotencyKey.of(call.caller(), sent);
    }

    private void perform(
            Call call,
            Reservation.First first,
            HttpServletRequest request,
            HttpServletResponse response,
            Handling handling)
            throws Exception {
        Answer answer;
        try {
            answer = handling.of(request);
            AnswerWriter.settle(answer);
        } catch (VaultException refused) {
            if (tookNoEffect(refused)) {
                release(first);
            }
            throw refused;
        }
        try (SensitiveBytes kept = KeptAnswer.of(answer, call.resource()).encoded()) {
            replies.keep(first, kept);
        } catch (VaultException unkept) {
            // What was asked for is done: the caller has its answer, and a repetition is told that it cannot have it.
            LOG.warn(
                    "an answer could not be kept for its Idempotency-Key: {}",
                    unkept.code().code());
        }
        AnswerWriter.write(answer, response);
    }

    private void release(Reservation.First first) {
        try {
            replies.release(first);
        } catch (VaultException unreleased) {
            LOG.warn(
                    "an Idempotency-Key could not be given back: {}",
                    unreleased.code().code());
        }
    }

    /** Whoever lost the database in the middle of a call does not know whether it was committed; an entry that the audit log could not take may have been of what was. */
    private static boolean tookNoEffect(VaultException refused) {
        return switch (refused.code()) {
            case INTERNAL_ERROR, INTEGRITY_FAILURE -> false;
            case SERVICE_UNAVAILABLE ->
                !(refused.details().get("dependency") instanceof String named && UNCERTAIN.contains(named));
            default -> true;
        };
    }

    private void replay(
            Idempotent terms,
            Call call,
            Reservation.Earlier earlier,
            UnaryOperator<String> variable,
            HttpServletResponse response)
            throws Exception {
        try (SensitiveBytes kept = earlier.reply()) {
            KeptAnswer answer = KeptAnswer.decoded(kept);
            call.queryIsRead();
            if (answer.resource() != null) {
                call.about(answer.resource());
            }
            if (!terms.secretBehind().isEmpty()) {
                requireStillAllowed(terms, call, pathOf(terms.secretBehind(), variable));
            }
            AnswerWriter.write(
                    answer.again(call.recorded(Map.of("idempotent_replay", true)))
                            .header(REPLAYED, "true"),
                    response);
        }
    }

    private void requireStillAllowed(Idempotent terms, Call call, SecretPath path) {
        if (terms.roleSuffices()) {
            access.requireManaged(call.located(), Permission.WRITE, path);
        } else {
            access.requireRule(call.located(), Permission.WRITE, path);
        }
    }

    private static SecretPath pathOf(String template, UnaryOperator<String> variable) {
        StringBuilder path = new StringBuilder();
        for (String part : template.split("/", -1)) {
            path.append(path.isEmpty() ? "" : "/");
            path.append(part.startsWith("{") ? variable.apply(part.substring(1, part.length() - 1)) : part);
        }
        return new SecretPath(path.toString());
    }

    /** Of all that the call says. */
    private static byte[] digest(HttpServletRequest request, byte[] body) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            add(sha256, request.getMethod());
            add(sha256, request.getRequestURI());
            add(sha256, request.getQueryString());
            add(sha256, request.getHeader("If-Match"));
            add(sha256, request.getHeader("If-None-Match"));
            sha256.update(body);
            return sha256.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(MessageDigest sha256, @Nullable String part) {
        byte[] bytes = part == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
        sha256.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(part == null ? -1 : bytes.length)
                .array());
        sha256.update(bytes);
    }

    /** What the handler makes of the request. */
    @FunctionalInterface
    interface Handling {
        Answer of(HttpServletRequest request) throws Exception;
    }
}
