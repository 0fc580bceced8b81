"""Where each goal and each journey of the browser part is tried: a test by its place, or a measure."""

BENCH = "bench.browser"

GOALS: dict[str, tuple[str, ...]] = {
    "G1 from sign-in to a running scan in at most 5 actions": (
        "test_journey_first_scan.py::test_four_steps_lead_from_sign_in_to_a_finished_scan_that_can_be_downloaded",
    ),
    "G2 event to paint": (BENCH, "bench.live"),
    "G3 frames a second, no long task": (BENCH,),
    "G4 light first pages, Plotly with the first figure": (
        BENCH,
        "test_live_link.py::test_the_first_pages_are_light_and_plotly_waits_for_the_first_figure",
    ),
    "G5 pause by 1 action, abort by 2, on a phone and by keyboard": (
        BENCH,
        "test_steering.py::test_a_run_is_paused_resumed_and_aborted_with_a_reason_on_a_phone",
        "test_by_keyboard.py::test_journeys_1_and_2_control_is_taken_a_preset_run_paused_and_aborted",
        "test_sweep.py::test_no_page_breaks_a_rule_or_scrolls_sideways_while_a_run_is_taken",
    ),
    "G6 maps and frames": (BENCH,),
    "G7 one screen of a laptop, no sideways scroll": (
        "test_pages.py::test_state_strip_plot_and_queue_stand_on_one_screen_of_a_laptop",
        "test_sweep.py::test_no_page_breaks_a_rule_or_scrolls_sideways_while_a_run_is_taken",
        "test_live_states.py::test_no_state_of_the_live_page_breaks_a_rule_or_scrolls_sideways",
    ),
    "G8 axe over pages, states and themes; journeys 1-5 by keyboard": (
        "test_sweep.py::test_no_page_breaks_a_rule_or_scrolls_sideways_while_a_run_is_taken",
        "test_sweep.py::test_no_page_breaks_a_rule_with_nothing_on_it",
        "test_sweep.py::test_no_page_breaks_a_rule_when_the_server_fails",
        "test_accessible.py::test_no_state_of_a_page_breaks_a_rule",
        "test_by_keyboard.py::test_journey_5_two_runs_of_last_month_are_compared",
    ),
    "G9 a cut link is told, and nothing is missing after it": (
        BENCH,
        "test_chaos.py::test_a_silent_link_is_told_and_a_slow_one_loses_nothing",
        "test_chaos.py::test_a_dropped_socket_comes_back_and_brings_what_was_missed",
        "test_live_link.py::test_points_taken_while_the_server_was_away_are_filled_in",
    ),
    "G10 search and facets over 100 000 runs; the address restores the view": (
        "bench.search",
        "test_journey_first_scan.py::test_the_run_is_found_by_what_it_is",
    ),
    "G11 who is in control, handed over in at most 3 actions": (
        BENCH,
        "test_control_is_handed_over.py::test_a_second_person_asks_and_the_first_gives",
        "test_steering.py::test_a_second_person_sees_who_is_in_control_and_cannot_take_it_silently",
    ),
    "G12 a rejected plan tells it beside the field": (
        "test_steering.py::test_a_refused_parameter_has_its_message_beside_its_field",
        "test_plan_form.py::test_every_field_of_every_form_tells_what_is_wrong_with_it",
    ),
    "G13 the heap does not grow": (BENCH,),
    "G14 few announcements": (BENCH,),
}

JOURNEYS: dict[int, tuple[str, ...]] = {
    1: (
        "test_journey_first_scan.py::test_four_steps_lead_from_sign_in_to_a_finished_scan_that_can_be_downloaded",
        "test_by_keyboard.py::test_journeys_1_and_2_control_is_taken_a_preset_run_paused_and_aborted",
    ),
    2: (
        "test_steering.py::test_a_run_is_paused_resumed_and_aborted_with_a_reason_on_a_phone",
        "test_by_keyboard.py::test_journeys_1_and_2_control_is_taken_a_preset_run_paused_and_aborted",
    ),
    3: (
        "test_live_align.py::test_journey_3_from_the_end_of_a_scan_to_the_peak_in_two_steps",
        "test_by_keyboard.py::test_journey_3_from_the_end_of_a_scan_to_the_peak",
    ),
    4: (
        "test_table_overnight.py::test_four_steps_lead_from_a_table_with_faults_to_a_queue_that_runs",
        "test_by_keyboard.py::test_journey_4_a_table_is_put_right_and_runs",
    ),
    5: (
        "test_catalogue.py::test_two_runs_of_last_month_are_found_and_compared_in_five_steps",
        "test_by_keyboard.py::test_journey_5_two_runs_of_last_month_are_compared",
    ),
    6: (
        "test_catalogue.py::test_a_run_is_exported_in_two_steps",
        "test_catalogue.py::test_the_snippet_is_copied_in_one_step_and_the_notebook_downloaded",
    ),
    7: ("test_control_is_handed_over.py::test_staff_take_control_hold_the_queue_and_hand_back",),
    8: ("test_catalogue.py::test_a_fault_is_noticed_looked_at_put_right_and_run_again_in_four_steps",),
    9: ("test_facility.py::test_a_visit_with_people_is_made_and_checked_in_five_steps",),
    10: ("test_journey_notebook.py::test_one_press_and_four_calls_lead_from_a_key_to_the_table",),
}
"""The first of each counts its steps."""
