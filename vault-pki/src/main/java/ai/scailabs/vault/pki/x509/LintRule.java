package ai.scailabs.vault.pki.x509;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * One rule. Its check says what offends, or nothing; what it cannot read offends too.
 *
 * @param code of the refusal: what a caller asked for and may not have, or {@code internal_error} for what only a defect of ours writes
 */
record LintRule(String section, String name, ErrorCode code, BiFunction<TbsView, IssuerView, Optional<String>> check) {
    static final List<LintRule> ALL = Stream.of(
                    FieldRules.ALL, SubjectRules.ALL, KeyRules.ALL, NameRules.ALL, AuthorityRules.ALL, PointerRules.ALL)
            .flatMap(List::stream)
            .toList();

    /** A rule that holds when the predicate does. */
    static LintRule that(
            String section,
            String name,
            ErrorCode code,
            BiFunction<TbsView, IssuerView, Boolean> holds,
            String otherwise) {
        return new LintRule(
                section,
                name,
                code,
                (tbs, issuer) -> holds.apply(tbs, issuer) ? Optional.empty() : Optional.of(otherwise));
    }

    Optional<LintFinding> find(TbsView tbs, IssuerView issuer) {
        try {
            return check.apply(tbs, issuer).map(value -> new LintFinding(section, name, value, code));
        } catch (VaultException refused) {
            return Optional.of(new LintFinding(section, name, String.valueOf(refused.getMessage()), code));
        } catch (RuntimeException unreadable) {
            return Optional.of(new LintFinding(section, name, "not readable", code));
        }
    }
}
