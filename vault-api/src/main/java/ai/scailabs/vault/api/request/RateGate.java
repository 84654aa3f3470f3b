package ai.scailabs.vault.api.request;

import ai.scailabs.vault.access.quota.Allowance;
import ai.scailabs.vault.access.quota.Quota;
import ai.scailabs.vault.access.quota.RateCategory;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lets an identified caller on when its bucket pays, and writes on the answer, whatever becomes of it, what is left there. */
public final class RateGate {
    private static final String LIMIT = "X-RateLimit-Limit";
    private static final String REMAINING = "X-RateLimit-Remaining";
    private static final String RESET = "X-RateLimit-Reset";

    private final Quota quota;
    private final RefusalRows rows = new RefusalRows();

    public RateGate(Quota quota) {
        this.quota = quota;
    }

    /**
     * Before anything is looked at that the request names, so that a refusal tells nothing about it. A refusal has been recorded.
     *
     * @throws VaultException {@code rate_limited}; {@code service_unavailable} when the refusal cannot be recorded
     */
    void admit(Call call, PathCategory category, HttpServletResponse response) {
        RateCategory rate = category.rate();
        if (rate == null) {
            return;
        }
        Allowance allowance = payUpTo(call, rate, 1);
        tell(allowance, response);
        if (allowance.granted() == 0) {
            refuse(call, refusal(allowance, rate));
        }
    }

    /**
     * As {@link #admit(Call, PathCategory, HttpServletResponse)} for a caller of whom only the address is known.
     *
     * @throws VaultException as there
     */
    void admitUnknown(Call call, PathCategory category, HttpServletResponse response) {
        VaultException refusal = refusalOfSource(call.facts(), category, response);
        if (refusal != null) {
            refuse(call, refusal);
        }
    }

    /**
     * For a call that nobody records.
     *
     * @throws VaultException {@code rate_limited}
     */
    void admit(RequestFacts facts, PathCategory category, HttpServletResponse response) {
        VaultException refusal = refusalOfSource(facts, category, response);
        if (refusal != null) {
            throw refusal;
        }
    }

    private @Nullable VaultException refusalOfSource(
            RequestFacts facts, PathCategory category, HttpServletResponse response) {
        RateCategory rate = category.rate();
        if (rate == null) {
            return null;
        }
        Allowance allowance = quota.spendOfSource(SourceNames.of(facts.sourceIp()), rate);
        tell(allowance, response);
        if (allowance.granted() > 0) {
            return null;
        }
        return new VaultException(
                ErrorCode.RATE_LIMITED,
                "More calls than one address may make in a minute; try again in " + allowance.retryAfterSeconds()
                        + " s",
                Map.of("category", rate.wireName(), "retry_after", allowance.retryAfterSeconds()));
    }

    private void refuse(Call call, VaultException refusal) {
        rows.record(call, refusal);
        call.refusalIsRecorded();
        throw refusal;
    }

    private static void tell(Allowance allowance, HttpServletResponse response) {
        if (allowance.isLimited()) {
            response.setHeader(LIMIT, String.valueOf(allowance.limit()));
            response.setHeader(REMAINING, String.valueOf(allowance.remaining()));
            response.setHeader(RESET, String.valueOf(allowance.resetEpochSecond()));
        }
    }

    /**
     * Pays for what one call has several of; the caller gives back what it did not have after all.
     *
     * @return how many of the units are paid, and with them until when to wait
     */
    public Allowance payUpTo(Call call, RateCategory rate, int units) {
        return quota.spend(call.caller().tenant(), call.caller().identity(), rate, units);
    }

    public void giveBack(Call call, RateCategory rate, int units) {
        quota.giveBack(call.caller().tenant(), call.caller().identity(), rate, units);
    }

    /** Of a call, or of a part of it. */
    public static VaultException refusal(Allowance allowance, RateCategory rate) {
        String whose = allowance.tenantCeiling() ? "the tenant" : "this identity";
        return new VaultException(
                ErrorCode.RATE_LIMITED,
                "More calls than " + whose + " may make in a minute; try again in " + allowance.retryAfterSeconds()
                        + " s",
                Map.of(
                        "category",
                        allowance.tenantCeiling() ? "tenant" : rate.wireName(),
                        "retry_after",
                        allowance.retryAfterSeconds()));
    }
}
