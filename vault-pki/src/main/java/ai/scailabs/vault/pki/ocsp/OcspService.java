package ai.scailabs.vault.pki.ocsp;

import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.persistence.tenant.TenantTransactions;
import ai.scailabs.vault.pki.revocation.CertificateStatus;
import ai.scailabs.vault.pki.revocation.CertificateStatuses;
import ai.scailabs.vault.pki.x509.SignatureProvider;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.bouncycastle.asn1.ASN1Sequence;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about certificates. Each asks the database what is so at this moment; what is remembered is the signature under an answer, and it is used only while the answer says just that. So an
 * answer from before a revocation is never given after it, by any instance. Thread-safe.
 */
public final class OcspService {
    /** Longer than any question that is read. */
    public static final int MAX_QUESTION_OCTETS = OcspQuestion.MAX_OCTETS;

    private static final Logger LOG = LoggerFactory.getLogger(OcspService.class);
    /** How long an answer may be believed; given out again while half of it is left. */
    private static final Duration BELIEVED = Duration.ofHours(4);

    private static final int REMEMBERED_ANSWERS = 20_000;
    private static final int REMEMBERED_AUTHORITIES = 20_000;
    /** An authority may have got another key since it was read. */
    private static final Duration READ_AGAIN_AFTER = Duration.ofSeconds(5);

    private final OcspRepository repository;
    private final CertificateStatuses statuses;
    private final Responders responders;
    private final AnswerText text;
    private final Clock clock;
    private final SigningTurns turns;
    private final LongAdder[] outcomes = new LongAdder[OcspOutcome.values().length];
    private final LongAdder signatures = new LongAdder();

    private final Cache<UUID, KnownAuthority> authorities =
            Caffeine.newBuilder().maximumSize(REMEMBERED_AUTHORITIES).build();
    /** Only of certificates that were issued, so that nobody fills it with numbers that they make up. */
    private final Cache<Asked, Given> answers =
            Caffeine.newBuilder().maximumSize(REMEMBERED_ANSWERS).build();

    /** @param processors how many may sign at once */
    public OcspService(
            TenantTransactions transactions,
            CertificateStatuses statuses,
            ResponderCertificates certificates,
            SignatureProvider signatures,
            Clock clock,
            int processors) {
        this.repository = new OcspRepository(transactions);
        this.statuses = statuses;
        this.responders = new Responders(certificates, clock);
        this.text = new AnswerText(signatures);
        this.clock = clock;
        this.turns = new SigningTurns(processors);
        Arrays.setAll(outcomes, _ -> new LongAdder());
    }

    /** What an OCSPRequest gets that cannot be read. */
    public OcspAnswer malformed() {
        return counted(OcspFailure.MALFORMED_REQUEST);
    }

    private OcspAnswer counted(OcspFailure failure) {
        count(failure.outcome());
        return failure.answer();
    }

    private void count(OcspOutcome outcome) {
        outcomes[outcome.ordinal()].increment();
    }

    /** How often that was answered since this instance started. */
    public long answered(OcspOutcome outcome) {
        return outcomes[outcome.ordinal()].sum();
    }

    /** Answers that were signed, and not given again. */
    public long signatureCount() {
        return signatures.sum();
    }

    /**
     * Never fails for what somebody sent: what is wrong with a question is said in the answer.
     *
     * @param authority as the URL names it; empty when that is no id
     * @param question DER of an OCSPRequest
     */
    public OcspAnswer answer(Optional<UUID> authority, byte[] question) {
        try {
            OcspQuestion asked = OcspQuestion.parse(question);
            Said said = answer(authority.orElseThrow(() -> new UnansweredQuestion(OcspFailure.UNAUTHORIZED)), asked);
            said.states().forEach(state -> count(outcome(state)));
            return said.answer();
        } catch (UnansweredQuestion unanswered) {
            return counted(unanswered.failure());
        } catch (VaultException notNow) {
            LOG.debug("no answer: {}", notNow.code().code());
            return counted(OcspFailure.TRY_LATER);
        } catch (RuntimeException defect) {
            LOG.error("a question could not be answered", defect);
            return counted(OcspFailure.INTERNAL_ERROR);
        }
    }

    private static OcspOutcome outcome(CertificateStatus state) {
        return switch (state) {
            case CertificateStatus.Good _ -> OcspOutcome.GOOD;
            case CertificateStatus.Revoked _ -> OcspOutcome.REVOKED;
            case CertificateStatus.NeverIssued _ -> OcspOutcome.UNKNOWN;
        };
    }

    private Said answer(UUID id, OcspQuestion asked) {
        // 1. Whose certificates these are: all of one key, as one key signs the answer.
        KnownAuthority authority = authority(id, asked.certificates());
        int generation = authority
                .issuerOf(asked.certificates().getFirst())
                .orElseThrow(() -> new UnansweredQuestion(OcspFailure.UNAUTHORIZED))
                .generation();
        boolean allOfIt = asked.certificates().stream()
                .allMatch(each -> authority
                        .issuerOf(each)
                        .map(key -> key.generation() == generation)
                        .orElse(false));
        if (!allOfIt) {
            throw new UnansweredQuestion(OcspFailure.UNAUTHORIZED);
        }

        // 2. What is so now.
        List<CertificateStatus> states = asked.certificates().stream()
                .map(each -> status(authority, generation, each))
                .toList();

        // 3. An answer that says so, signed before or now.
        Instant now = clock.instant();
        if (asked.nonce() != null || states.size() > 1 || states.getFirst() instanceof CertificateStatus.NeverIssued) {
            return new Said(signed(authority, generation, asked, states, now), states);
        }
        Asked place = new Asked(id, asked.certificates().getFirst().encoded());
        Given known = answers.getIfPresent(place);
        if (known != null && known.isGood(states.getFirst(), now)) {
            return new Said(known.answer(), states);
        }
        OcspAnswer fresh = signed(authority, generation, asked, states, now);
        answers.put(place, Given.of(fresh, states.getFirst()));
        return new Said(fresh, states);
    }

    /** A number that the authority gave under another of its keys was not given under this one. */
    private CertificateStatus status(KnownAuthority authority, int generation, CertificateName asked) {
        CertificateStatus status = asked.serial()
                .map(serial -> statuses.status(authority.tenant(), authority.id(), serial))
                .orElseGet(CertificateStatus.NeverIssued::new);
        boolean ofThisKey = switch (status) {
            case CertificateStatus.Good good -> good.generation() == generation;
            case CertificateStatus.Revoked revoked -> revoked.generation() == generation;
            case CertificateStatus.NeverIssued _ -> true;
        };
        return ofThisKey ? status : new CertificateStatus.NeverIssued();
    }

    private KnownAuthority authority(UUID id, List<CertificateName> asked) {
        Instant now = clock.instant();
        KnownAuthority known = authorities.getIfPresent(id);
        boolean found = known != null && known.issuerOf(asked.getFirst()).isPresent();
        if (known != null && (found || now.isBefore(known.readAt().plus(READ_AGAIN_AFTER)))) {
            return known;
        }
        KnownAuthority read = statuses.tenantOf(id)
                .flatMap(tenant -> repository.authority(tenant, id, now))
                .orElseThrow(() -> new UnansweredQuestion(OcspFailure.UNAUTHORIZED));
        authorities.put(id, read);
        return read;
    }

    private OcspAnswer signed(
            KnownAuthority authority, int generation, OcspQuestion asked, List<CertificateStatus> states, Instant now) {
        Responder responder = responders.of(authority, generation);
        Instant begin = now.truncatedTo(ChronoUnit.SECONDS);
        Instant end = begin.plus(BELIEVED);
        AnswerText.Period period =
                new AnswerText.Period(begin, end.isAfter(responder.notAfter()) ? responder.notAfter() : end);
        List<AnswerText.Single> singles = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            singles.add(new AnswerText.Single(asked.certificates().get(i).encoded(), states.get(i)));
        }
        turns.begin();
        try {
            byte[] der = text.signed(responder, singles, period, asked.nonce());
            signatures.increment();
            return asked.nonce() == null
                    ? new OcspAnswer(der, period.thisUpdate(), period.nextUpdate())
                    : OcspAnswer.once(der);
        } finally {
            turns.end();
        }
    }

    private record Said(OcspAnswer answer, List<CertificateStatus> states) {}

    private record Asked(UUID authority, ASN1Sequence certificate) {}

    /** @param until when it is given out */
    private record Given(OcspAnswer answer, CertificateStatus state, Instant until) {
        static Given of(OcspAnswer answer, CertificateStatus state) {
            Instant begin = Objects.requireNonNull(answer.thisUpdate());
            Instant end = Objects.requireNonNull(answer.nextUpdate());
            return new Given(
                    answer, state, begin.plus(Duration.between(begin, end).dividedBy(2)));
        }

        boolean isGood(CertificateStatus now, Instant at) {
            return state.equals(now) && at.isBefore(until);
        }
    }
}
