package ai.scailabs.vault.dev.identity;

/** Three tenants of two partners: enough to try every boundary between them. */
public enum DevTenant {
    ACME_WEB("acme-web", "ptn_acme"),
    ACME_SHOP("acme-shop", "ptn_acme"),
    GLOBEX_CORE("globex-core", "ptn_globex");

    private final String label;
    private final String partnerId;

    DevTenant(String label, String partnerId) {
        this.label = label;
        this.partnerId = partnerId;
    }

    /** The name under which {@code dev.json} lists it. */
    public String label() {
        return label;
    }

    public String tenantId() {
        return "tnt_" + label;
    }

    public String partnerId() {
        return partnerId;
    }
}
