package ai.scailabs.vault.api.request;

import ai.scailabs.vault.audit.trail.AuditAction;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A handler that is audited: which scope it needs and what the log calls it. A handler is this or a {@link PublicEndpoint}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Endpoint {
    /** Empty: any valid token. */
    String scope() default "";

    /** Another scope that does as well; empty: none. */
    String orScope() default "";

    AuditAction action();

    PathCategory category();

    /** False for a handler that finds out by itself who calls; until then the caller is counted by its address, whatever it sends as a token. */
    boolean bearer() default true;
}
