package ai.scailabs.vault.pki.request;

/**
 * What a tenant has decided of approvals.
 *
 * @param requireSecondApprover whoever imported a request cannot approve it
 */
public record ApprovalSettings(boolean requireSecondApprover) {
    static final ApprovalSettings DEFAULT = new ApprovalSettings(false);
}
