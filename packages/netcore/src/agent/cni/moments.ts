/** Lets requests wait for what the reconciler brings about, without asking again and again. */
export class Moments {
  private readonly looks = new Set<() => void>();

  /** The world may have changed. */
  happened(): void {
    for (const look of [...this.looks]) look();
  }

  /** True as soon as `isSo`; false when it has not become so within `timeoutMs`. */
  async until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return true;
    if (timeoutMs <= 0) return false;
    return new Promise((resolve) => {
      const end = (answer: boolean) => {
        clearTimeout(timer);
        this.looks.delete(look);
        resolve(answer);
      };
      const look = () => {
        if (isSo()) end(true);
      };
      const timer = setTimeout(() => end(isSo()), timeoutMs);
      this.looks.add(look);
    });
  }
}
