use std::thread;

/// Squares each number in a thread of its own.
fn squares(numbers: &[u64]) -> Vec<u64> {
    let threads: Vec<_> =
        numbers.iter().map(|&number| thread::spawn(move || number * number)).collect();
    // All of them run now. They are waited for in the order in which they were started.
    threads.into_iter().map(|thread| thread.join().expect("squaring does not panic")).collect()
}

#[test]
fn squares_come_in_the_order_of_the_numbers() {
    let numbers: Vec<u64> = (0..100).rev().collect();
    assert_eq!(squares(&numbers)[..3], [99 * 99, 98 * 98, 97 * 97]);
    assert!(squares(&[]).is_empty());
}
