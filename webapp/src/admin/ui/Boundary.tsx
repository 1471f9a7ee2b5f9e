import { Component, type ReactNode } from "react";
import { Failure } from "@/shared/ui/Failure";

/** A fault of our own shows words and a way on, never a blank page. */
export class Boundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error: error ?? new Error("unknown") };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <main>
        <Failure error={this.state.error} onRetry={() => location.reload()} />
      </main>
    );
  }
}
